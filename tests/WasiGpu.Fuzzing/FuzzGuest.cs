using System.Text;

namespace WasiGpu.Fuzzing;

/// <summary>The fuzzed guest, driven from outside one call at a time.</summary>
internal sealed class FuzzGuest : IDisposable
{
    /// <summary>Far more than any call needs; one that takes longer hangs.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(20);

    private readonly MemoryStream _output = new();
    private readonly Guest _guest;
    private readonly bool _isComponent;

    internal FuzzGuest(GuestModule module, IGpuDevice device)
    {
        _isComponent = module.Description.Component is not null;
        _guest = module.Instantiate(new GuestOptions
        {
            Gpu = device,
            MaxGpuMemoryBytes = GuestModel.QuotaBytes,
            MaxBuffers = GuestModel.MaxBuffers,
            MaxMemoryBytes = Layout.MaxPages * Layout.Page,
            TimeLimit = CallLimit,
            StandardOutput = _output,
        });
    }

    /// <summary>Bytes of buffers that the host counts for the guest.</summary>
    internal ulong GpuBytes => _guest.Usage.GpuBytes;

    /// <summary>Buffers that the host counts for the guest.</summary>
    internal int Buffers => _guest.Usage.Buffers;

    internal static GuestModule Compile(WasmHost host, bool asComponent)
    {
        string text = asComponent ? FuzzGuestText.Component() : FuzzGuestText.Module();
        return host.Compile(Encoding.UTF8.GetBytes(text), asComponent ? "fuzz-component" : "fuzz-module");
    }

    public void Dispose() => _guest.Dispose();

    /// <summary>Makes the call; null when it returned, else the trap that ended it.</summary>
    internal GuestTrap? Run(FuzzCall call)
    {
        Check("begin", (int)call.Allocator, (int)call.Target);
        WasmValue[] arguments = [.. call.Slots.Select((bits, i) => ToValue(call.Import.Signature.Parameters[i], bits))];
        return _guest.Invoke(call.Import.Name, arguments).Trap;
    }

    /// <summary>How many of the allocator's own calls succeeded in the last call.</summary>
    internal int Done() => (int)Number(Check("done"));

    internal uint Pages() => (uint)Number(Check("pages"));

    internal uint Load32(uint at) => (uint)Number(Check("load32", (int)at));

    internal ulong Hash(uint at, uint length) => (ulong)Number(Check("hash", (int)at, (int)length));

    /// <summary>Bytes of the guest's memory.</summary>
    internal byte[] Bytes(uint at, uint length)
    {
        if (_isComponent)
        {
            return [.. Check("bytes", (int)at, (int)length)[0].Items.Select(item => (byte)item.AsInteger())];
        }

        _output.SetLength(0);
        Check("emit", (int)at, (int)length);
        return _output.ToArray();
    }

    /// <summary>Makes a call that the host must serve.</summary>
    internal void Ask(string import, params ReadOnlySpan<WasmValue> arguments)
    {
        Check("begin", (int)AllocatorMode.Honest, 0);
        Check(import, arguments);
        if (Load32(Layout.CheckArea) != 0)
        {
            throw new FuzzException($"{import} of a check was refused as {(GpuErrorKind)Load32(Layout.CheckArea + 4)}");
        }
    }

    private IReadOnlyList<WasmValue> Check(string export, params ReadOnlySpan<WasmValue> arguments)
    {
        GuestResult result = _guest.Invoke(export, arguments);
        return result.Trap is null
            ? result.Values
            : throw new FuzzException($"{export} of a check trapped: {result.Trap.Message}");
    }

    private long Number(IReadOnlyList<WasmValue> values)
    {
        return _isComponent ? (long)values[0].AsInteger()
            : values[0].Type == WasmType.I64 ? values[0].AsInt64()
            : values[0].AsInt32();
    }

    private static WasmValue ToValue(WasmType type, ulong bits) => type switch
    {
        WasmType.I32 => (WasmValue)(int)bits,
        WasmType.I64 => (WasmValue)(long)bits,
        _ => BitConverter.UInt32BitsToSingle((uint)bits),
    };
}
