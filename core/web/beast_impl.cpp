// Beast, compiled once (BOOST_BEAST_SEPARATE_COMPILATION); the server and the client link it.
#include <boost/beast/src.hpp>
