using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace WasiGpu.Architecture.Tests;

/// <summary>
/// Writes down what other programs can see of a library: one line a type, one indented line a member.
/// </summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly
        | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    /// <summary>
    /// The surface of a library, sorted by name; every line is whole, so that a diff can be read.
    /// </summary>
    /// <param name="assembly">The library.</param>
    public static string Describe(Assembly assembly)
    {
        StringBuilder text = new();
        IEnumerable<Type> types = assembly.GetExportedTypes()
            .OrderBy(type => type.FullName, StringComparer.Ordinal);
        foreach (Type type in types)
        {
            text.Append(Header(type)).Append('\n');
            IEnumerable<string> members = type.IsEnum
                ? EnumMembers(type)
                : Members(type).Order(StringComparer.Ordinal);
            foreach (string member in members)
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Header(Type type)
    {
        string kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } when type.IsDefined(typeof(IsReadOnlyAttribute)) => "readonly struct",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        List<string> bases = [];
        if (type.IsEnum)
        {
            bases.Add(Name(Enum.GetUnderlyingType(type)));
        }
        else
        {
            if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            {
                bases.Add(Name(parent));
            }

            bases.AddRange(type.GetInterfaces()
                .Where(one => one.IsPublic)
                .Select(Name)
                .Order(StringComparer.Ordinal));
        }

        string inherits = bases.Count > 0 ? $" : {string.Join(", ", bases)}" : "";
        return $"{kind} {type.Namespace}.{Name(type)}{inherits}";
    }

    private static IEnumerable<string> EnumMembers(Type type)
    {
        return Enum.GetNames(type)
            .Select(name => $"{name} = {Enum.Format(type, Enum.Parse(type, name), "D")}");
    }

    private static IEnumerable<string> Members(Type type)
    {
        NullabilityInfoContext nullability = new();
        foreach (MemberInfo member in type.GetMembers(Declared))
        {
            // What the compiler adds to a record follows from its parameters.
            bool isSynthesized = member.IsDefined(typeof(CompilerGeneratedAttribute));
            if (!isSynthesized && Member(member, nullability) is { } line)
            {
                yield return line;
            }
        }
    }

    /// <summary>The line of a member; null when other programs cannot see it.</summary>
    private static string? Member(MemberInfo member, NullabilityInfoContext nullability)
    {
        return member switch
        {
            ConstructorInfo one when IsVisible(one) =>
                $"{Access(one)}{Name(one.DeclaringType!)}({Parameters(one, nullability)})",
            MethodInfo { IsSpecialName: false } one when IsVisible(one) => Method(one, nullability),
            PropertyInfo one when one.GetAccessors(nonPublic: true).Any(IsVisible) =>
                Property(one, nullability),
            FieldInfo one when one.IsPublic || one.IsFamily => Field(one, nullability),
            EventInfo one when IsVisible(one.AddMethod!) =>
                $"event {Name(one.EventHandlerType!, nullability.Create(one))} {one.Name}",
            _ => null,
        };
    }

    private static string Method(MethodInfo method, NullabilityInfoContext nullability)
    {
        string generic = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>"
            : "";
        string result = Name(method.ReturnType, nullability.Create(method.ReturnParameter));
        return $"{Access(method)}{result} {method.Name}{generic}({Parameters(method, nullability)})";
    }

    private static string Property(PropertyInfo property, NullabilityInfoContext nullability)
    {
        MethodInfo first = property.GetAccessors(nonPublic: true).First(IsVisible);
        string get = property.GetMethod is { } getter && IsVisible(getter) ? "get; " : "";
        string set = "";
        if (property.SetMethod is { } setter && IsVisible(setter))
        {
            Type[] modifiers = setter.ReturnParameter.GetRequiredCustomModifiers();
            set = modifiers.Contains(typeof(IsExternalInit)) ? "init; " : "set; ";
        }

        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        string type = Name(property.PropertyType, nullability.Create(property));
        return $"{Access(first)}{required}{type} {property.Name} {{ {get}{set}}}";
    }

    private static string Field(FieldInfo field, NullabilityInfoContext nullability)
    {
        string type = Name(field.FieldType, nullability.Create(field));
        if (field.IsLiteral)
        {
            return $"const {type} {field.Name} = {Literal(field.GetRawConstantValue())}";
        }

        string scope = field.IsStatic ? "static " : "";
        string kind = field.IsInitOnly ? "readonly " : "";
        return $"{scope}{kind}{type} {field.Name}";
    }

    private static string Parameters(MethodBase method, NullabilityInfoContext nullability)
    {
        return string.Join(", ", method.GetParameters().Select(parameter =>
        {
            string direction = parameter switch
            {
                { ParameterType.IsByRef: false } => "",
                { IsOut: true } => "out ",
                { IsIn: true } => "in ",
                _ => "ref ",
            };
            string value = parameter.HasDefaultValue ? $" = {Literal(parameter.DefaultValue)}" : "";
            string type = Name(parameter.ParameterType, nullability.Create(parameter));
            return $"{direction}{type} {parameter.Name}{value}";
        }));
    }

    private static string Literal(object? value)
    {
        return value switch
        {
            null => "default",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    private static bool IsVisible(MethodBase method)
    {
        return method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;
    }

    private static string Access(MethodBase method)
    {
        string access = method.IsPublic ? "" : "protected ";
        string scope = method.IsStatic ? "static " : "";
        if (method is not MethodInfo { DeclaringType.IsInterface: false, IsFinal: false, IsVirtual: true } own)
        {
            return access + scope;
        }

        bool isOverride = own.GetBaseDefinition().DeclaringType != own.DeclaringType;
        return access + (own.IsAbstract ? "abstract " : isOverride ? "override " : "virtual ");
    }

    private static string Name(Type type, NullabilityInfo nullability)
    {
        bool isNullableReference = !type.IsValueType && nullability.ReadState == NullabilityState.Nullable;
        return Name(type) + (isNullableReference ? "?" : "");
    }

    private static string Name(Type type)
    {
        if (type.HasElementType)
        {
            string element = Name(type.GetElementType()!);
            return type.IsArray ? $"{element}[]" : type.IsPointer ? $"{element}*" : element;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Name(underlying)}?";
        }

        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        string name = type.Name.Split('`')[0];
        if (type is { IsNested: true, IsGenericParameter: false })
        {
            name = $"{Name(type.DeclaringType!)}.{name}";
        }

        return type.IsGenericType
            ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : name;
    }
}
