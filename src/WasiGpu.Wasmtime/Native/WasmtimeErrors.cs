using System.Text;

namespace WasiGpu.Wasmtime.Native;

/// <summary>Turns the library's errors and traps into text, and deletes them.</summary>
internal static unsafe class WasmtimeErrors
{
    private const byte NoCode = 0xFF;

    /// <summary>Makes an error for the library to raise.</summary>
    internal static nint Make(string message)
    {
        byte[] text = Encoding.UTF8.GetBytes(message.Replace('\0', '?') + '\0');
        fixed (byte* bytes = text)
        {
            return WasmtimeApi.wasmtime_error_new(bytes);
        }
    }

    /// <summary>The message of an error as one line; deletes the error.</summary>
    internal static string Take(nint error)
    {
        ByteVec message = default;
        WasmtimeApi.wasmtime_error_message(error, &message);
        string text = Encoding.UTF8.GetString(message.Data, (int)message.Size);
        WasmtimeApi.wasm_byte_vec_delete(&message);
        WasmtimeApi.wasmtime_error_delete(error);
        return Join(text);
    }

    /// <summary>Whether the error is a guest's own exit; deletes nothing.</summary>
    internal static bool IsExit(nint error, out int status)
    {
        int found = 0;
        bool isExit = WasmtimeApi.wasmtime_error_exit_status(error, &found) != 0;
        status = found;
        return isExit;
    }

    /// <summary>The cause and the frames of an error that ended a guest; deletes the error.</summary>
    internal static (string Message, IReadOnlyList<string> Backtrace) TakeEnd(nint error)
    {
        PointerVec frames = default;
        WasmtimeApi.wasmtime_error_wasm_trace(error, &frames);
        IReadOnlyList<string> backtrace = TakeFrames(&frames);
        return (Take(error), backtrace);
    }

    /// <summary>The cause and the frames of a trap; deletes the trap.</summary>
    internal static (string Message, IReadOnlyList<string> Backtrace) TakeTrap(nint trap)
    {
        PointerVec frames = default;
        WasmtimeApi.wasm_trap_trace(trap, &frames);
        IReadOnlyList<string> backtrace = TakeFrames(&frames);
        byte code = NoCode;
        bool hasCode = WasmtimeApi.wasmtime_trap_code(trap, &code) != 0;
        ByteVec message = default;
        WasmtimeApi.wasm_trap_message(trap, &message);
        string text = Encoding.UTF8.GetString(message.Data, (int)message.Size).TrimEnd('\0');
        WasmtimeApi.wasm_byte_vec_delete(&message);
        WasmtimeApi.wasm_trap_delete(trap);
        return ((hasCode ? Describe(code) : null) ?? Join(text), backtrace);
    }

    private static string? Describe(byte code)
    {
        return code switch
        {
            0 => "call stack exhausted",
            1 => "out of bounds memory access",
            3 => "out of bounds table access",
            4 => "call of an empty table element",
            5 => "indirect call of a function of another type",
            6 => "integer overflow",
            7 => "integer divide by zero",
            8 => "conversion of a float that has no integer value",
            9 => "unreachable instruction executed",
            _ => null,
        };
    }

    private static List<string> TakeFrames(PointerVec* frames)
    {
        List<string> lines = [];
        for (nuint i = 0; i < frames->Size; i++)
        {
            nint frame = frames->Data[i];
            ByteVec* name = WasmtimeApi.wasmtime_frame_func_name(frame);
            string function = name is null
                ? $"function {WasmtimeApi.wasm_frame_func_index(frame)}"
                : Encoding.UTF8.GetString(name->Data, (int)name->Size).TrimEnd('\0');
            nuint offset = WasmtimeApi.wasm_frame_module_offset(frame);
            string place = offset == nuint.MaxValue ? "?" : $"0x{offset:x}";
            lines.Add($"{i}: {place} {OneLine.Of(function)}");
        }

        WasmtimeApi.wasm_frame_vec_delete(frames);
        return lines;
    }

    /// <summary>The library's message without its backtrace, its causes joined.</summary>
    private static string Join(string text)
    {
        const string Causes = "Caused by:";
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int causes = Array.IndexOf(lines, Causes);
        bool isBacktrace = lines.Length > 0 && lines[0].StartsWith("error while executing", StringComparison.Ordinal);
        if (isBacktrace && causes >= 0)
        {
            return OneLine.Of(string.Join(": ", lines[(causes + 1)..]));
        }

        return OneLine.Of(string.Join(": ", lines.Where(line => line != Causes).Select(line => line.TrimEnd(':'))));
    }
}
