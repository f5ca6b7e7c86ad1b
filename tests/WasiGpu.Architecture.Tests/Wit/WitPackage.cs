namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>
/// The package in the folder <c>wit</c>, as the Component Model's own tools understand it: the tool makes a
/// component that imports everything, and this class reads that component's text.
/// </summary>
internal sealed class WitPackage
{
    private const string ToolFolder = "tests/wit-tool";

    private static readonly Lazy<WitPackage> LazyCurrent = new(Load);

    private WitPackage(IReadOnlyList<WitInterface> interfaces) => Interfaces = interfaces;

    /// <summary>The package; read once, with the tool installed first where that has not been done.</summary>
    /// <exception cref="InvalidOperationException">npm or node is missing, or the package does not
    /// parse.</exception>
    public static WitPackage Current => LazyCurrent.Value;

    /// <summary>The interfaces of the world in order.</summary>
    public IReadOnlyList<WitInterface> Interfaces { get; }

    /// <summary>The type of a name in any of the interfaces.</summary>
    /// <param name="name">The name.</param>
    public WitType Type(string name)
    {
        return Interfaces.SelectMany(one => one.Types).First(type => type.Name == name);
    }

    private static WitPackage Load()
    {
        InstallTool();
        SExpression component = SExpression.Parse(
            Repository.Run(ToolFolder, "node", "describe.mjs", "../../wit", "wasi:gpu@0.1.0", "ml-compute"));
        Dictionary<string, Dictionary<string, string>> core = ReadCoreImports(component);
        List<WitInterface> interfaces = [];
        foreach (SExpression import in component.Lists("import"))
        {
            string name = import.Text(1);
            string typeId = import.Items[2].Lists("type").Single().Text(1);
            SExpression instance = component.Lists("type").Single(type => type.Text(1) == typeId).Items[2];
            interfaces.Add(WitInterfaceReader.Read(name, instance, core[name]));
        }

        return new WitPackage(interfaces);
    }

    private static void InstallTool()
    {
        FileInfo installed = new(Repository.PathOf($"{ToolFolder}/node_modules/.package-lock.json"));
        FileInfo locked = new(Repository.PathOf($"{ToolFolder}/package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc < locked.LastWriteTimeUtc)
        {
            Repository.Run(ToolFolder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        }
    }

    /// <summary>Reads the imports of the module that stands for a guest, by interface and function.</summary>
    private static Dictionary<string, Dictionary<string, string>> ReadCoreImports(SExpression component)
    {
        SExpression module = component.Items.Single(
            item => item.Items is [{ Atom: "core" }, { Atom: "module" }, { Atom: "$main" }, ..]);
        List<string> types = [.. module.Lists("type").Select(type => CoreSignature(type.Items[1]))];
        Dictionary<string, Dictionary<string, string>> imports = [];
        foreach (SExpression import in module.Lists("import"))
        {
            // The tool's name for wasi:gpu/compute@0.1.0 is cm32p2|wasi:gpu/compute@0.1: a prefix for 32-bit
            // memory, and the version without its patch number.
            string name = import.Text(1)["cm32p2|".Length..] + ".0";
            string signature = types[int.Parse(import.Items[3].Lists("type").Single().Text(1))];
            imports.TryAdd(name, []);
            imports[name].Add(import.Text(2), signature);
        }

        return imports;
    }

    private static string CoreSignature(SExpression function)
    {
        IEnumerable<string> Atoms(string head) => function.Lists(head)
            .SelectMany(list => list.Items.Skip(1))
            .Select(item => item.Atom!);
        return $"({string.Join(' ', Atoms("param"))}) -> ({string.Join(' ', Atoms("result"))})";
    }
}
