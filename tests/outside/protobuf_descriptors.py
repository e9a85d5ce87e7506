"""Loads `format=serialized` descriptors with Python's Protobuf runtime and compares them with protoc's.

    pip install protobuf grpcio-tools googleapis-common-protos
    python tests/outside/protobuf_descriptors.py [FOLDER]

FOLDER holds `.proto` files by their import paths; the default is every file that the packages above bring.
Run by hand: it needs packages that the project does not depend on. Exits with 1 when a file that protoc
takes cannot be loaded, or means something else.
"""

import base64
import pathlib
import shutil
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_tools import protoc

OUTCOMES = ("loaded", "equal", "refused by protoc", "refused by both", "refused by us")
ROOT = pathlib.Path(__file__).resolve().parents[2]


# Texts that the registry takes and protoc refuses, or that only few people write: they must load too.
ODD = {
    "odd/unknown_option.proto": """
        syntax = "proto3";
        option (nobody.knows) = { a: 1 };
        message M { string s = 1 [(me.neither).at.all = "x"]; }
    """,
    "odd/no_imports.proto": """
        syntax = "proto3";
        message M { google.protobuf.Timestamp t = 1; map<string, google.type.Money> m = 2; }
    """,
    "odd/groups.proto": """
        message M { repeated group Part = 1 { optional M m = 1; } oneof o { group Other = 2 { optional int32 n = 1; } } extensions 100 to max; }
        extend M { optional string note = 100 [default = "a\\"b"]; }
    """,
    "odd/optional_extension.proto": """
        syntax = "proto3";
        import "google/protobuf/descriptor.proto";
        extend google.protobuf.FieldOptions { optional string mark = 50001; repeated int32 codes = 50002; }
        message M { optional int32 a = 1 [(mark) = "x", (codes) = 1, (codes) = 2]; optional int32 b = 2; }
    """,
}


def corpus(target: pathlib.Path) -> None:
    """Copies the files of installed packages under their import paths."""
    packages = pathlib.Path(descriptor_pb2.__file__).parents[2]
    for base in (packages, packages / "grpc_tools" / "_proto"):
        for file in base.rglob("*.proto"):
            path = file.relative_to(base)
            if path.parts[0] in ("google", "confluent"):
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target / path)
    for path, text in ODD.items():
        (target / path).parent.mkdir(exist_ok=True)
        (target / path).write_text(text)


def ours(folder: pathlib.Path) -> dict[str, str]:
    command = ["cargo", "run", "-q", "-p", "chancery-engine", "--example", "serialize_protobuf", "--", folder]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return dict(line.split("\t", 1) for line in output.splitlines())


def compiled(folder: pathlib.Path, path: str) -> descriptor_pb2.FileDescriptorProto | None:
    """The descriptor of protoc, or None when it refuses the file."""
    with tempfile.NamedTemporaryFile() as out:
        arguments = ["protoc", f"-I{folder}", f"--descriptor_set_out={out.name}", path]
        if protoc.main(arguments) != 0:
            return None
        found = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes())
    return found.file[0]


def plain(file: descriptor_pb2.FileDescriptorProto) -> str:
    """What a file means: without what compilers may choose (JSON names, order, empty options)."""
    file = descriptor_pb2.FileDescriptorProto.FromString(file.SerializeToString(deterministic=True))
    dependencies = list(file.dependency)
    publics = sorted(dependencies[i] for i in file.public_dependency)
    del file.public_dependency[:], file.dependency[:], file.weak_dependency[:]
    file.dependency.extend(sorted(dependencies) + publics)
    file.name = ""

    def field(proto):
        proto.ClearField("json_name")
        # Spelling of floats is free.
        if proto.type in (proto.TYPE_FLOAT, proto.TYPE_DOUBLE) and proto.default_value:
            proto.default_value = repr(float(proto.default_value))

    def message(proto):
        # Declarations of extensions are for the source alone; protoc leaves them out.
        for extension_range in proto.extension_range:
            extension_range.options.ClearField("declaration")
            if not extension_range.options.ByteSize():
                extension_range.ClearField("options")
        for child in list(proto.field) + list(proto.extension):
            field(child)
        proto.field.sort(key=lambda child: (child.number, child.name))
        for child in proto.nested_type:
            message(child)
        proto.nested_type.sort(key=lambda child: child.name)

    for child in file.message_type:
        message(child)
    for child in file.extension:
        field(child)
    for service in file.service:
        for method in service.method:
            if not method.options.ByteSize():
                method.ClearField("options")
    return str(file)


def load(path: str, files: dict, pool: descriptor_pool.DescriptorPool, done: set) -> None:
    if path in done:
        return
    done.add(path)
    for dependency in files[path].dependency:
        load(dependency, files, pool, done)
    pool.Add(files[path])


def main() -> int:
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else made).resolve()
        if folder == pathlib.Path(made).resolve():
            corpus(folder)
        files, counts, failed = {}, dict.fromkeys(OUTCOMES, 0), []
        for path, text in ours(folder).items():
            if text.startswith("!"):
                if compiled(folder, path) is None:
                    counts["refused by both"] += 1
                else:
                    counts["refused by us"] += 1
                    print(f"{path}: {text}")
                continue
            files[path] = descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(text))
            files[path].name = path
        for path in files:
            try:
                load(path, files, descriptor_pool.DescriptorPool(), set())
                counts["loaded"] += 1
            except Exception as error:  # what a runtime raises differs
                failed.append(f"{path}: {error}")
                continue
            expected = compiled(folder, path)
            if expected is None:
                counts["refused by protoc"] += 1
            elif plain(files[path]) == plain(expected):
                counts["equal"] += 1
            else:
                failed.append(f"{path}: differs from protoc")
        print(counts)
        print("\n".join(failed))
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
