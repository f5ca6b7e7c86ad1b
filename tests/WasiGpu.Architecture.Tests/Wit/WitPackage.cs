namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>
/// The package in the folder <c>wit</c>, as the Component Model's own tools understand it: the tool makes a component
/// that imports everything, and this class reads that component's text.
/// </summary>
internal sealed class WitPackage
{
    private const string ToolFolder = "tests/wit-tool";

    private static readonly Lazy<WitPackage> LazyCurrent = new(Load);

    private WitPackage(IReadOnlyList<WitInterface> interfaces) => Interfaces = interfaces;

    /// <summary>The package; read once, with the tool installed first where that has not been done.</summary>
    /// <exception cref="InvalidOperationException">npm or node is missing, or the package does not parse.</exception>
    public static WitPackage Current => LazyCurrent.Value;

    /// <summary>The interfaces of the world in order.</summary>
    public IReadOnlyList<WitInterface> Interfaces { get; }

    /// <summary>The type of a name in any of the interfaces.</summary>
    /// <param name="name">The name.</param>
    public WitType Type(string name) => Interfaces.SelectMany(one => one.Types).First(type => type.Name == name);

    private static WitPackage Load()
    {
        InstallTool();
        string text = Repository.Run(ToolFolder, "node", "describe.mjs", "../../wit", "wasi:gpu@0.1.0", "ml-compute");
        SExpression component = SExpression.Parse(text);
        Dictionary<string, Dictionary<string, string>> core = ReadCoreImports(component);
        List<WitInterface> interfaces = [];
        foreach (SExpression import in component.Lists("import"))
        {
            string name = import.Text(1);
            string typeId = import.Items[2].Lists("type").Single().Text(1);
            SExpression instance = component.Lists("type").Single(type => type.Text(1) == typeId).Items[2];
            interfaces.Add(ReadInterface(name, instance, core[name]));
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
            // The tool's name for wasi:gpu/compute@0.1.0 is cm32p2|wasi:gpu/compute@0.1: a prefix for 32-bit memory, and
            // the version without its patch number.
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

    private static WitInterface ReadInterface(string name, SExpression instance, Dictionary<string, string> core)
    {
        // Types are numbered in the order of the entries that make one; an exported type is a new number with a name.
        List<SExpression?> bodies = [];
        List<string?> names = [];
        List<WitType> types = [];
        List<WitFunction> functions = [];
        foreach (SExpression entry in instance.Items.Skip(1))
        {
            if (entry.Head == "type")
            {
                bodies.Add(entry.Items[1]);
                names.Add(entry.Items[1].Atom);
            }
            else if (entry.Head == "alias")
            {
                // A type of another interface: (alias outer 1 $gpu-error (type)). It keeps its name.
                bodies.Add(null);
                names.Add(entry.Text(3)[1..]);
            }
            else if (entry.Items[2].Head == "type")
            {
                int original = int.Parse(entry.Items[2].Items[1].Text(1));
                types.Add(ReadType(entry.Text(1), bodies[original], names));
                bodies.Add(bodies[original]);
                names.Add(entry.Text(1));
            }
            else
            {
                int type = int.Parse(entry.Items[2].Lists("type").Single().Text(1));
                functions.Add(ReadFunction(entry.Text(1), bodies[type]!, bodies, names));
            }
        }

        return new WitInterface(name, types, functions, core);

        WitType ReadType(string typeName, SExpression? body, List<string?> known)
        {
            return body switch
            {
                null => new WitType(typeName, "use", []),
                { Atom: { } other } => new WitType(typeName, "type", [new WitField(other, null)]),
                { Head: "enum" or "flags" } => new WitType(
                    typeName, body.Head, [.. body.Items.Skip(1).Select(item => new WitField(item.Atom!, null))]),
                _ => new WitType(typeName, body.Head!, [.. body.Items.Skip(1).Select(ReadField)]),
            };
        }

        WitField ReadField(SExpression field)
        {
            return new WitField(field.Text(1), field.Items.Count > 2 ? TypeName(field.Items[2], bodies, names) : null);
        }
    }

    private static WitFunction ReadFunction(
        string name, SExpression body, List<SExpression?> bodies, List<string?> names)
    {
        IEnumerable<WitField> parameters = body.Lists("param")
            .Select(item => new WitField(item.Text(1), TypeName(item.Items[2], bodies, names)));
        SExpression? result = body.Lists("result").SingleOrDefault();
        return new WitFunction(name, [.. parameters], result is null ? null : TypeName(result.Items[1], bodies, names));
    }

    /// <summary>A type as WIT writes it: a number stands for a named type or for one without a name.</summary>
    private static string TypeName(SExpression type, List<SExpression?> bodies, List<string?> names)
    {
        if (type.Atom is { } atom)
        {
            return int.TryParse(atom, out int index) ? names[index] ?? TypeName(bodies[index]!, bodies, names) : atom;
        }

        if (type.Head == "result")
        {
            string ok = type.Items[1].Head == "error" ? "_" : TypeName(type.Items[1], bodies, names);
            SExpression error = type.Lists("error").Single();
            return $"result<{ok}, {TypeName(error.Items[1], bodies, names)}>";
        }

        return $"{type.Head}<{TypeName(type.Items[1], bodies, names)}>";
    }
}
