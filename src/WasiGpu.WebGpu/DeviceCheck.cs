using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// What is tried on every device that is opened, because Dawn's interface has no version: with another build of the
/// library, layouts and callbacks would be wrong without a word.
/// </summary>
internal static unsafe class DeviceCheck
{
    private const string OtherBuild = "the Dawn library is not the one this program is for";
    private const uint WordBytes = sizeof(uint);
    private const uint Pattern = 0x5EED_C0DE;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    /// <summary>Tries limits, errors and a round trip.</summary>
    /// <returns>Null, or what is wrong.</returns>
    internal static string? Run(SharedDevice device)
    {
        if (!device.Limits.AreSane())
        {
            return $"{OtherBuild}: its limits make no sense";
        }

        try
        {
            return ReportsErrors(device) && Answers(device) ? null : OtherBuild;
        }
        catch (GpuException e)
        {
            return e.Message;
        }
    }

    /// <summary>Whether a call that must fail is reported inside the call, on this thread.</summary>
    private static bool ReportsErrors(SharedDevice device)
    {
        ulong tooLarge = (device.Limits.MaxBufferSize & ~3UL) + WordBytes;
        nint buffer = device.CreateBuffer(Dawn.UsageCopyDst, tooLarge, out GpuError? error);
        Dawn.wgpuBufferRelease(buffer);
        return error is not null;
    }

    /// <summary>Whether a word comes back from the device, and the end of the work is told.</summary>
    private static bool Answers(SharedDevice device)
    {
        using DeviceBuffer memory =
            device.CreateOwnedBuffer(Dawn.UsageCopyDst | Dawn.UsageCopySrc, WordBytes);
        using StagingBuffer staging = new(
            device.CreateOwnedBuffer(Dawn.UsageCopyDst | Dawn.UsageMapRead, WordBytes), Dawn.MapRead);
        nint encoder = Dawn.wgpuDeviceCreateCommandEncoder(device.Pointer, null);
        uint pattern = Pattern;
        Dawn.wgpuCommandEncoderWriteBuffer(encoder, memory.Pointer, 0, &pattern, WordBytes);
        Dawn.wgpuCommandEncoderCopyBufferToBuffer(encoder, memory.Pointer, 0, staging.Buffer.Pointer, 0, WordBytes);
        nint commands = Dawn.wgpuCommandEncoderFinish(encoder, null);
        Dawn.wgpuQueueSubmit(device.Queue, 1, &commands);
        Dawn.wgpuCommandBufferRelease(commands);
        Dawn.wgpuCommandEncoderRelease(encoder);
        bool isIdle = device.WaitIdle(AnswerLimit);
        uint* words = (uint*)staging.WaitMapped(Deadline.Never, AnswerLimit);
        DawnErrors.ThrowIfAny();
        return isIdle && words is not null && *words == Pattern;
    }
}
