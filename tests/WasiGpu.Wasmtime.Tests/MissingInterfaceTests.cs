using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Interfaces that the host does not have, whose types share those of interfaces that it has.</summary>
public sealed class MissingInterfaceTests
{
    /// <summary>
    /// Imports of the shape that JavaScript guests have: an interface whose functions take streams of
    /// <c>wasi:io</c>, and one whose functions take resources of that interface. None of the two is served.
    /// </summary>
    private const string Imports = """
        (import "wasi:io/error@0.2.6" (instance $error (export "error" (type (sub resource)))))
        (alias export $error "error" (type $error-t))
        (import "wasi:io/streams@0.2.6" (instance $streams
          (alias outer 1 $error-t (type $e))
          (export "error" (type (eq $e)))
          (export "input-stream" (type (sub resource)))
          (export "output-stream" (type (sub resource)))))
        (alias export $streams "input-stream" (type $input-stream))
        (import "acme:web/types@0.2.6" (instance $types
          (alias outer 1 $input-stream (type $in'))
          (export "input-stream" (type $in (eq $in')))
          (export "fields" (type $fields (sub resource)))
          (export "headers" (type $headers (eq $fields)))
          (type $code' (variant (case "bad") (case "worse" u32)))
          (export "code" (type $code (eq $code')))
          (type $own-in (own $in))
          (type $own-headers (own $headers))
          (type $own-fields (own $fields))
          (type $result (result $own-in (error $code)))
          (export "[constructor]fields" (func (result $own-fields)))
          (export "open" (func (param "headers" $own-headers) (result $result)))))
        (alias export $types "input-stream" (type $same-stream))
        (alias export $types "fields" (type $fields))
        (alias export $types "code" (type $code))
        (import "acme:web/handler@0.2.6" (instance $handler
          (alias outer 1 $fields (type $f'))
          (export "fields" (type $f (eq $f')))
          (alias outer 1 $code (type $c'))
          (export "code" (type $c (eq $c')))
          (alias outer 1 $same-stream (type $s'))
          (export "input-stream" (type $s (eq $s')))
          (type $own (own $f))
          (type $borrow (borrow $s))
          (type $answer (result u32 (error $c)))
          (export "handle" (func (param "fields" $own) (param "body" $borrow) (result $answer)))))
        """;

    /// <summary>A guest that calls the two interfaces when it is told to.</summary>
    internal const string Fields = Imports + Body;

    private const string Body = """
        (core module $libc (memory (export "memory") 1))
        (core instance $libc (instantiate $libc))
        (alias core export $libc "memory" (core memory $memory))
        (core func $fields (canon lower (func $types "[constructor]fields")))
        (core func $open (canon lower (func $types "open") (memory $memory)))
        (core func $handle (canon lower (func $handler "handle") (memory $memory)))
        (core func $drop (canon resource.drop $same-stream))
        (core func $drop-fields (canon resource.drop $fields))
        (core module $m
          (import "web" "fields" (func $fields (result i32)))
          (import "web" "open" (func $open (param i32 i32)))
          (import "web" "handle" (func $handle (param i32 i32 i32)))
          (import "web" "drop" (func $drop (param i32)))
          (import "web" "drop-fields" (func $drop-fields (param i32)))
          (func (export "fields") (drop (call $fields)))
          (func (export "open") (call $open (i32.const 1) (i32.const 16)))
          (func (export "handle") (call $handle (i32.const 1) (i32.const 1) (i32.const 16)))
          (func (export "nothing")))
        (core instance $m (instantiate $m (with "web" (instance
          (export "fields" (func $fields))
          (export "open" (func $open))
          (export "handle" (func $handle))
          (export "drop" (func $drop))
          (export "drop-fields" (func $drop-fields))))))
        (func (export "fields") (canon lift (core func $m "fields")))
        (func (export "open") (canon lift (core func $m "open")))
        (func (export "handle") (canon lift (core func $m "handle")))
        (func (export "nothing") (canon lift (core func $m "nothing")))
        """;

    [Fact]
    public void Instantiate_TypesSharedWithServedInterfaces_Starts()
    {
        using GuestModule module = WatComponents.Compile($"(component {Fields})");
        Assert.Equal(
            [
                "acme:web/types@0.2.6 [constructor]fields",
                "acme:web/types@0.2.6 open",
                "acme:web/handler@0.2.6 handle",
            ],
            module.Description.Component!.MissingFunctions);
        Assert.Equal(0, module.Description.Component!.RewrittenComponents);
        using Guest guest = module.Instantiate(new GuestOptions());
        Assert.Null(guest.Invoke("nothing", []).Trap);
    }

    [Fact]
    public void Invoke_FunctionOfAMissingInterface_TrapsByName()
    {
        using GuestModule module = WatComponents.Compile($"(component {Fields})");
        using Guest guest = module.Instantiate(new GuestOptions());
        GuestResult result = guest.Invoke("fields", []);
        Assert.Equal(GuestTrapKind.Trap, result.Trap?.Kind);
        Assert.Contains(
            "'acme:web/types@0.2.6' '[constructor]fields' was called",
            result.Trap!.Message,
            StringComparison.Ordinal);
    }
}
