namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>
/// Reads the instance type of one import. Types in it are numbered in the order of the entries that make one;
/// exporting a type makes a new number that has a name.
/// </summary>
internal sealed class WitInterfaceReader
{
    private readonly List<SExpression?> _bodies = [];
    private readonly List<string?> _names = [];
    private readonly List<WitType> _types = [];
    private readonly List<WitFunction> _functions = [];

    private WitInterfaceReader()
    {
    }

    /// <summary>Reads an interface.</summary>
    /// <param name="name">Its full name.</param>
    /// <param name="instance">Its instance type.</param>
    /// <param name="core">The flattened signatures of its functions.</param>
    public static WitInterface Read(
        string name,
        SExpression instance,
        IReadOnlyDictionary<string, string> core)
    {
        WitInterfaceReader reader = new();
        foreach (SExpression entry in instance.Items.Skip(1))
        {
            reader.ReadEntry(entry);
        }

        return new WitInterface(name, reader._types, reader._functions, core);
    }

    private void ReadEntry(SExpression entry)
    {
        if (entry.Head == "type")
        {
            Number(entry.Items[1], entry.Items[1].Atom);
        }
        else if (entry.Head == "alias")
        {
            // A type of another interface keeps its name: (alias outer 1 $gpu-error (type)).
            Number(null, entry.Text(3)[1..]);
        }
        else if (entry.Items[2].Head == "type")
        {
            SExpression? body = _bodies[int.Parse(entry.Items[2].Items[1].Text(1))];
            _types.Add(ReadType(entry.Text(1), body));
            Number(body, entry.Text(1));
        }
        else
        {
            int type = int.Parse(entry.Items[2].Lists("type").Single().Text(1));
            _functions.Add(ReadFunction(entry.Text(1), _bodies[type]!));
        }
    }

    private void Number(SExpression? body, string? name)
    {
        _bodies.Add(body);
        _names.Add(name);
    }

    private WitType ReadType(string name, SExpression? body)
    {
        if (body is null)
        {
            return new WitType(name, "use", []);
        }

        if (body.Atom is { } other)
        {
            return new WitType(name, "type", [new WitField(other, null)]);
        }

        return new WitType(name, body.Head!, [.. body.Items.Skip(1).Select(ReadField)]);
    }

    private WitField ReadField(SExpression field)
    {
        // A flag and a case of an enum are a name alone.
        return field.Atom is { } name
            ? new WitField(name, null)
            : new WitField(field.Text(1), field.Items.Count > 2 ? TypeName(field.Items[2]) : null);
    }

    private WitFunction ReadFunction(string name, SExpression body)
    {
        SExpression? result = body.Lists("result").SingleOrDefault();
        return new WitFunction(
            name,
            [.. body.Lists("param").Select(ReadField)],
            result is null ? null : TypeName(result.Items[1]));
    }

    private string TypeName(SExpression type)
    {
        if (type.Atom is { } atom)
        {
            return int.TryParse(atom, out int number) ? _names[number] ?? TypeName(_bodies[number]!) : atom;
        }

        if (type.Head == "result")
        {
            string ok = type.Items[1].Head == "error" ? "_" : TypeName(type.Items[1]);
            return $"result<{ok}, {TypeName(type.Lists("error").Single().Items[1])}>";
        }

        return $"{type.Head}<{TypeName(type.Items[1])}>";
    }
}
