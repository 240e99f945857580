"""Compile a class for numba from its own source, by looking at a built instance.

The classes stay plain Python; this module alone knows numba, which it imports only when used.
What compiles: attributes that are int, bool, float, array.array, bytearray, numpy arrays or further
such instances; methods that use those, module-level integers and module-level functions.
"""

import array
import types
from typing import Any

_KEPT = (int, float)


def jitclass_like(instance: Any) -> type:
    """The numba class whose fields and methods are those of `instance`.

    Its constructor takes the fields in the order of `fields_of(instance)`. int and bool become
    int64, float float64. TypeError names the attribute that has no compiled form.
    """
    made: type = _Compiler().class_like(instance)
    return made


def compiled(instance: Any) -> Any:
    """A compiled copy of `instance` in its present state, sharing nothing with it.

    Two attributes that are one object stay one object.
    """
    return _Compiler().copy(instance)


def fields_of(instance: Any) -> dict[str, Any]:
    """Attributes and plain class constants of `instance`, by name, in order of definition."""
    kind = type(instance)
    fields = {
        name: value
        for name, value in vars(kind).items()
        if isinstance(value, _KEPT) and not name.startswith("__")
    }
    slots = vars(kind).get("__slots__", ())
    for name in (slots,) if isinstance(slots, str) else slots:
        if hasattr(instance, name):
            fields[name] = getattr(instance, name)
    fields.update(getattr(instance, "__dict__", {}))
    return fields


class _Compiler:
    def __init__(self) -> None:
        self._classes: dict[tuple[type, tuple[tuple[str, Any], ...]], Any] = {}
        self._functions: dict[Any, Any] = {}
        self._copies: dict[int, Any] = {}

    def class_like(self, instance: Any) -> Any:
        import numba

        kind = type(instance)
        spec = tuple(
            (name, self._type_of(value, f"{kind.__name__}.{name}"))
            for name, value in fields_of(instance).items()
        )
        key = (kind, spec)
        if key not in self._classes:
            if not spec:
                raise TypeError(f"{kind.__name__} has no attributes to compile")
            names = [name for name, _ in spec]
            # Attribute names of a real object are identifiers, so this text is only assignments.
            text = f"def __init__(self, {', '.join(names)}):\n" + "".join(
                f"    self.{name} = {name}\n" for name in names
            )
            members: dict[str, Any] = {}
            exec(text, {}, members)
            for name, value in vars(kind).items():
                if isinstance(value, types.FunctionType) and name != "__init__":
                    members[name] = self._rebound(value)
            plain = type(kind.__name__, (), members)
            self._classes[key] = numba.experimental.jitclass(list(spec))(plain)
        return self._classes[key]

    def copy(self, instance: Any) -> Any:
        if id(instance) not in self._copies:
            made = self.class_like(instance)
            values = [self._value_of(value) for value in fields_of(instance).values()]
            self._copies[id(instance)] = made(*values)
        return self._copies[id(instance)]

    def _type_of(self, value: Any, place: str) -> Any:
        import numba

        if isinstance(value, int):
            return numba.int64
        if isinstance(value, float):
            return numba.float64
        buffer = _buffer(value)
        if buffer is not None:
            return numba.typeof(buffer)
        if type(value).__module__ == "builtins" or callable(value):
            raise TypeError(
                f"{place} is a {type(value).__name__}: only int, float, buffers and instances of "
                "such classes compile"
            )
        return self.class_like(value).class_type.instance_type

    def _value_of(self, value: Any) -> Any:
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return value
        if id(value) in self._copies:
            return self._copies[id(value)]
        buffer = _buffer(value)
        if buffer is None:
            return self.copy(value)
        self._copies[id(value)] = buffer.copy()
        return self._copies[id(value)]

    def _rebound(self, function: types.FunctionType) -> types.FunctionType:
        """The same code, with the module functions it calls compiled too."""
        import numba

        scope = dict(function.__globals__)
        for name in function.__code__.co_names:
            used = scope.get(name)
            if isinstance(used, types.FunctionType):
                if used not in self._functions:
                    self._functions[used] = numba.njit(self._rebound(used))
                scope[name] = self._functions[used]
        made = types.FunctionType(
            function.__code__, scope, function.__name__, function.__defaults__, function.__closure__
        )
        made.__kwdefaults__ = function.__kwdefaults__
        return made


def _buffer(value: Any) -> Any:
    import numpy

    if isinstance(value, numpy.ndarray):
        return value
    if isinstance(value, array.array):
        return numpy.frombuffer(value, dtype=value.typecode)
    if isinstance(value, bytearray):
        return numpy.frombuffer(value, dtype=numpy.uint8)
    return None
