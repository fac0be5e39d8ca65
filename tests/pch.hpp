// What every test includes, parsed once for all of them.
#include <catch2/catch.hpp>

#include "core/io/pch.hpp"
