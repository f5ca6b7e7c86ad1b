using System.Text.RegularExpressions;

namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>Turns names of C# into names of WIT.</summary>
internal static partial class WitName
{
    /// <summary>
    /// <c>FeatureIdx</c> becomes <c>feature-idx</c>, <c>NSamples</c> becomes <c>n-samples</c>.
    /// </summary>
    /// <param name="name">A C# name.</param>
    public static string Of(string name)
    {
        return WordStart().Replace(name, "-$0").TrimStart('-').ToLowerInvariant();
    }

    /// <summary>
    /// A name in the form in which names of types are compared: <c>matmul-params</c> is <c>MatMulParams</c>
    /// in C#.
    /// </summary>
    /// <param name="name">A name of WIT or of C#.</param>
    public static string WithoutWords(string name)
    {
        return name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
    }

    [GeneratedRegex("[A-Z]")]
    private static partial Regex WordStart();
}
