namespace WasiGpu.Wasmtime;

/// <summary>What an import or export is, with its code in the binary format of core modules.</summary>
public enum ExternKind : byte
{
    /// <summary>A function.</summary>
    Function = 0,

    /// <summary>A table.</summary>
    Table = 1,

    /// <summary>A linear memory.</summary>
    Memory = 2,

    /// <summary>A global.</summary>
    Global = 3,

    /// <summary>An exception tag.</summary>
    Tag = 4,

    /// <summary>Of a component: a type. (This and the following codes are not those of a binary.)</summary>
    Type = 0x80,

    /// <summary>Of a component: an instance, that is an interface with its functions.</summary>
    Instance,

    /// <summary>Of a component: another component.</summary>
    Component,

    /// <summary>Of a component: a core module.</summary>
    CoreModule,
}
