using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace WasiGpu.EndToEnd.Tests.Packages;

/// <summary>The symbols inside an assembly.</summary>
internal static class AssemblySymbols
{
    /// <summary>The source files that an assembly's embedded symbols name.</summary>
    internal static IReadOnlyList<string> SourceFiles(ZipArchiveEntry assembly)
    {
        using MemoryStream bytes = new();
        using (Stream stream = assembly.Open())
        {
            stream.CopyTo(bytes);
        }

        bytes.Position = 0;
        using PEReader reader = new(bytes);
        DebugDirectoryEntry embedded = Assert.Single(
            reader.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using MetadataReaderProvider provider = reader.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
        MetadataReader symbols = provider.GetMetadataReader();
        return [.. symbols.Documents.Select(file => symbols.GetString(symbols.GetDocument(file).Name))];
    }
}
