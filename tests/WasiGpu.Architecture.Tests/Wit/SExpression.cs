using System.Text;

namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>A list or an atom of the WebAssembly text format.</summary>
/// <param name="Atom">The text of an atom, without the quotes of a string; null for a list.</param>
/// <param name="Items">The items of a list; empty for an atom.</param>
internal sealed record SExpression(string? Atom, IReadOnlyList<SExpression> Items)
{
    /// <summary>The first item's text: what kind of list it is. Null for an atom.</summary>
    public string? Head => Items.Count > 0 ? Items[0].Atom : null;

    /// <summary>The text of an item that is an atom.</summary>
    /// <param name="index">The position of the item.</param>
    public string Text(int index) => Items[index].Atom
        ?? throw new FormatException($"item {index} of a '{Head}' is a list, where an atom belongs");

    /// <summary>The items that are lists of a kind.</summary>
    /// <param name="head">The kind.</param>
    public IEnumerable<SExpression> Lists(string head) => Items.Where(item => item.Head == head);

    /// <summary>Parses one list; comments of the form <c>(; ;)</c> are left out.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">The text is not one list.</exception>
    public static SExpression Parse(string text)
    {
        Stack<List<SExpression>> open = new([[]]);
        int position = 0;
        while (position < text.Length)
        {
            char c = text[position];
            if (char.IsWhiteSpace(c))
            {
                position++;
            }
            else if (c == '(' && text[position + 1] == ';')
            {
                position = text.IndexOf(";)", position, StringComparison.Ordinal) + 2;
            }
            else if (c == '(')
            {
                open.Push([]);
                position++;
            }
            else if (c == ')')
            {
                List<SExpression> items = open.Pop();
                open.Peek().Add(new SExpression(null, items));
                position++;
            }
            else
            {
                string atom = c == '"' ? ReadString(text, ref position) : ReadWord(text, ref position);
                open.Peek().Add(new SExpression(atom, []));
            }
        }

        return open.Count == 1 && open.Peek() is [SExpression only]
            ? only
            : throw new FormatException("the text is not one list");
    }

    private static string ReadWord(string text, ref int position)
    {
        int start = position;
        while (position < text.Length && !IsWordEnd(text[position]))
        {
            position++;
        }

        return text[start..position];
    }

    private static bool IsWordEnd(char c) => c is '(' or ')' || char.IsWhiteSpace(c);

    private static string ReadString(string text, ref int position)
    {
        StringBuilder value = new();
        for (position++; text[position] != '"'; position++)
        {
            if (text[position] == '\\')
            {
                throw new FormatException("a name holds an escape, which no name of ours does");
            }

            value.Append(text[position]);
        }

        position++;
        return value.ToString();
    }
}
