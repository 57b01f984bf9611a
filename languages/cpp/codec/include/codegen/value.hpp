// Typed values to and from the encoding of codegen's type language, and a call with them.
#pragma once

#include <codegen/wire.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace codegen_value {

template <class T>
constexpr bool is_number = std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char>;

// How a type is read and written. `Kind` is the type of the signature that it stands for.
template <class T, class = void>
struct Codec;

template <>
struct Codec<bool> {
    using Kind = bool;
    static bool read(Reader& from) { return from.boolean(); }
    static void write(bool value, Writer& to) { to.boolean(value); }
};

template <class T>
struct Codec<T, std::enable_if_t<is_number<T>>> {
    using Kind = std::int64_t;
    static T read(Reader& from) { return static_cast<T>(from.integer()); }
    static void write(T value, Writer& to) {
        if constexpr (std::is_signed_v<T>) {
            to.integer(value);
        } else {
            to.natural(value);
        }
    }
};

template <class T>
struct Codec<T, std::enable_if_t<std::is_floating_point_v<T>>> {
    using Kind = double;
    static T read(Reader& from) { return static_cast<T>(from.floating()); }
    static void write(T value, Writer& to) { to.floating(static_cast<double>(value)); }
};

template <>
struct Codec<std::string> {
    using Kind = std::string;
    static std::string read(Reader& from) { return from.text(); }
    static void write(const std::string& value, Writer& to) { to.text(value); }
};

template <class T>
struct Codec<std::vector<T>> {
    using Kind = std::vector<typename Codec<T>::Kind>;
    static std::vector<T> read(Reader& from) {
        std::vector<T> items;
        for (from.open(); from.more();) items.push_back(Codec<T>::read(from));
        return items;
    }
    static void write(const std::vector<T>& items, Writer& to) {
        to.open();
        for (const auto& item : items) {
            if (!to.next()) return;
            Codec<T>::write(item, to);
        }
        to.close();
    }
};

template <class T>
struct Codec<std::optional<T>> {
    using Kind = std::optional<typename Codec<T>::Kind>;
    static std::optional<T> read(Reader& from) {
        if (from.null()) return std::nullopt;
        return Codec<T>::read(from);
    }
    static void write(const std::optional<T>& value, Writer& to) {
        if (!value) return to.null();
        Codec<T>::write(*value, to);
    }
};

template <class Map>
struct MapCodec {
    using Key = Codec<typename Map::key_type>;
    using Value = Codec<typename Map::mapped_type>;
    using Kind = std::map<typename Key::Kind, typename Value::Kind>;
    static Map read(Reader& from) {
        Map items;
        for (from.open(); from.more();) {
            from.open();
            from.more();
            auto key = Key::read(from);
            from.more();
            items.emplace(std::move(key), Value::read(from));
            from.more();
        }
        return items;
    }
    static void write(const Map& items, Writer& to) {
        to.open();
        for (const auto& [key, value] : items) {
            if (!to.next()) return;
            to.open();
            to.next();
            Key::write(key, to);
            to.next();
            Value::write(value, to);
            to.close();
        }
        to.close();
    }
};

template <class K, class V>
struct Codec<std::map<K, V>> : MapCodec<std::map<K, V>> {};

template <class K, class V>
struct Codec<std::unordered_map<K, V>> : MapCodec<std::unordered_map<K, V>> {};

template <class... T>
struct Codec<std::tuple<T...>> {
    using Kind = std::tuple<typename Codec<T>::Kind...>;
    static std::tuple<T...> read(Reader& from) {
        from.open();
        std::tuple<T...> items{(from.more(), Codec<T>::read(from))...};
        from.more();
        return items;
    }
    static void write(const std::tuple<T...>& items, Writer& to) {
        to.open();
        std::apply([&](const T&... item) { ((to.next(), Codec<T>::write(item, to)), ...); }, items);
        to.close();
    }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
    using Kind = std::tuple<typename Codec<A>::Kind, typename Codec<B>::Kind>;
    static std::pair<A, B> read(Reader& from) {
        auto items = Codec<std::tuple<A, B>>::read(from);
        return {std::get<0>(std::move(items)), std::get<1>(std::move(items))};
    }
    static void write(const std::pair<A, B>& items, Writer& to) { Codec<std::tuple<A, B>>::write(items, to); }
};

// An argument that becomes what a parameter asks for: the same kind of value in another width.
template <class Declared>
struct Argument {
    const Declared& value;
    std::string encoded() const {
        Writer to;
        Codec<Declared>::write(value, to);
        return to.out();
    }
    template <class T, class = std::enable_if_t<std::is_same_v<typename Codec<T>::Kind, Declared>>>
    operator T() const {
        const std::string text = encoded();
        Reader from(text);
        return Codec<T>::read(from);
    }
};

// What is returned may be the declared type, or one that it may be converted to without loss.
template <class Declared, class Result>
std::string returned(const Result& result) {
    Writer to;
    if constexpr (std::is_same_v<Declared, double> && is_number<Result>) {
        Codec<double>::write(static_cast<double>(result), to);
    } else if constexpr (std::is_same_v<Declared, std::string> && std::is_convertible_v<Result, std::string>) {
        Codec<std::string>::write(result, to);
    } else {
        static_assert(
            std::is_same_v<typename Codec<Result>::Kind, Declared>, "the function does not return the declared type"
        );
        Codec<Result>::write(result, to);
    }
    return to.reply();
}

// Calls a function with the arguments of a frame.
template <class Declared, class... Parameters, class Function>
std::string call(Function function, Reader& from) {
    std::tuple<Parameters...> values = Codec<std::tuple<Parameters...>>::read(from);
    return std::apply(
        [&](Parameters&... value) {
            if constexpr (std::is_invocable_v<Function, Parameters&...>) {
                return returned<Declared, std::decay_t<decltype(function(value...))>>(function(value...));
            } else {
                return returned<Declared>(function(Argument<Parameters>{value}...));
            }
        },
        values
    );
}

// Calls a function with arguments that stand one after another in a frame that is open.
template <class... Parameters, class Function>
decltype(auto) taken(Function function, Reader& from) {
    std::tuple<Parameters...> values{(from.more(), Codec<Parameters>::read(from))...};
    return std::apply(
        [&](Parameters&... value) -> decltype(auto) {
            if constexpr (std::is_invocable_v<Function, Parameters&...>) {
                return function(value...);
            } else {
                return function(Argument<Parameters>{value}...);
            }
        },
        values
    );
}

// Opens a frame and makes an object with its first arguments.
template <class Object, class... Parameters>
std::unique_ptr<Object> made(Reader& from) {
    from.doing = "the constructor";
    from.open();
    auto make = [](auto&&... value)
        -> std::enable_if_t<std::is_constructible_v<Object, decltype(value)...>, std::unique_ptr<Object>> {
        return std::unique_ptr<Object>(new Object(static_cast<decltype(value)>(value)...));
    };
    return taken<Parameters...>(make, from);
}

// What one operation returned.
template <class Declared, class... Parameters, class Function>
std::string asked(Function function, Reader& from) {
    decltype(auto) result = taken<Parameters...>(function, from);
    return returned<Declared, std::decay_t<decltype(result)>>(result);
}

template <class Nothing, class... Parameters, class Function>
std::string told(Function function, Reader& from) {
    static_assert(
        std::is_same_v<decltype(taken<Parameters...>(function, from)), Nothing>, "the method returns something"
    );
    taken<Parameters...>(function, from);
    return "{\"value\":null}";
}

}  // namespace codegen_value
