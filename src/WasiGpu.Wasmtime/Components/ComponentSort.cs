namespace WasiGpu.Wasmtime;

/// <summary>What an index of a component counts, with its code in the binary format; core sorts from 0x100 up.</summary>
internal enum ComponentSort
{
    Func = 0x01,
    Value = 0x02,
    Type = 0x03,
    Component = 0x04,
    Instance = 0x05,
    CoreFunc = 0x100,
    CoreTable = 0x101,
    CoreMemory = 0x102,
    CoreGlobal = 0x103,
    CoreTag = 0x104,
    CoreType = 0x110,
    CoreModule = 0x111,
    CoreInstance = 0x112,
}
