using System.CommandLine;
using System.Text.Json;
using WasiGpu.Cli.Output;
using WasiGpu.Cli.Values;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Commands;

/// <summary><c>wasi-gpu inspect FILE</c>: what a file holds, and why it would be refused.</summary>
internal sealed class InspectCommand : Command, IHasExamples
{
    private const ulong PageBytes = 65_536;

    private readonly Argument<string> _file = FileArgument.Create("The WebAssembly file.");
    private readonly Option<bool> _json = ValueOption.Flag("--json", "Write JSON.");

    /// <summary>Makes the command.</summary>
    internal InspectCommand()
        : base("inspect", "Show what a file imports and exports, and why it would be refused, without running it.")
    {
        Add(_file);
        Add(_json);
        SetAction(Run);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
        ["wasi-gpu inspect guest.wasm", "wasi-gpu inspect --json guest.wasm"];

    private static ModuleJson Describe(ModuleDescription module)
    {
        return new ModuleJson(
            module.Name,
            module.SizeBytes,
            module.IsCommand ? "command" : "library",
            [.. module.Imports.Select(i => new ImportJson(i.Module, i.Name, Kind(i.Kind), i.TypeText))],
            [.. module.Exports.Select(e => new ExportJson(e.Name, Kind(e.Kind), e.TypeText))],
            [.. module.Memories.Select(m => new MemoryJson(m.MinimumPages, m.MaximumPages, m.IsShared, m.Is64Bit))],
            module.HasStartFunction,
            module.Refusals,
            module.Warnings,
            module.Component);
    }

    private static string Kind(ExternKind kind) => kind.ToString().ToLowerInvariant();

    private static void WriteText(ModuleJson module)
    {
        string component = module.Component is null ? "" : "component, ";
        Line($"{module.Name}: {component}{module.Kind}, {module.SizeBytes} bytes");
        if (module.Component is not null)
        {
            WriteComponent(module.Component);
        }

        foreach (IGrouping<string, ImportJson> group in module.Imports.GroupBy(import => import.Module))
        {
            Line($"imports from {group.Key}:");
            foreach (ImportJson import in group)
            {
                Line(Item(import.Name, import.Kind, import.Type));
            }
        }

        Line("exports:");
        foreach (ExportJson export in module.Exports)
        {
            Line(Item(export.Name, export.Kind, export.Type));
        }

        foreach (MemoryJson memory in module.Memories)
        {
            string most = memory.MaximumPages is { } pages ? $"at most {Size(pages)}" : "no limit of its own";
            Line($"memory: {Size(memory.MinimumPages)}, {most}");
        }

        if (module.HasStartFunction)
        {
            Line("start function: runs when the module is instantiated");
        }

        foreach (string warning in module.Warnings)
        {
            Line($"warning: {warning}");
        }

        foreach (string refusal in module.Refusals)
        {
            Line($"refused: {refusal}");
        }
    }

    private static void WriteComponent(ComponentDescription component)
    {
        Line($"holds: {component.CoreModules} core modules, {component.NestedComponents} nested components");
        Line($"WASI: {component.WasiVersion ?? "none"}");
        Line(component.BridgedFunctions.Count == 0
            ? "bridge: not needed"
            : $"bridge: in {component.RewrittenComponents} components, for {string.Join(", ", component.BridgedFunctions)}");
        if (component.VirtualGpus > 0)
        {
            Line($"left alone: {component.VirtualGpus} nested components that get wasi:gpu from another component");
        }

        foreach (string function in component.MissingFunctions)
        {
            Line($"not served, a trap when it is called: {function}");
        }
    }

    private static string Item(string name, string kind, string? type)
    {
        // A component's functions say themselves what they are.
        const string Function = "func(";
        bool saysKind = type is not null && type.StartsWith(Function, StringComparison.Ordinal);
        return saysKind ? $"  {name}: {type}" : $"  {name}: {kind} {type}";
    }

    private static string Size(ulong pages)
    {
        // A hostile file may declare more pages than bytes can be counted.
        return pages <= uint.MaxValue ? SizeText.Format(pages * PageBytes) : $"{pages} pages of 64 KiB";
    }

    private static void Line(string text) => Console.Out.WriteLine(Messages.OneLine(text).TrimEnd());

    private int Run(ParseResult parsed)
    {
        ModuleJson module = Describe(WasmHost.Inspect(FileArgument.Get(parsed, _file)));
        if (parsed.GetValue(_json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(module, CliJson.Default.ModuleJson));
        }
        else
        {
            WriteText(module);
        }

        return ExitCodes.Success;
    }
}
