// What a chart is drawn on.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fleet::exporters::compliance::monthly {

using Color = std::uint32_t;  ///< 0xRRGGBB
enum class Anchor : std::uint8_t { start, middle, end };

/// Points, y downwards from the top left of the drawing.
class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual void rectangle(double x, double y, double width, double height, Color fill) = 0;
  virtual void line(const std::vector<std::pair<double, double>>& points, double width, Color color,
                    bool dashed) = 0;
  virtual void text(double x, double baseline, const std::string& text, double size, Anchor anchor,
                    Color color) = 0;
};

}  // namespace fleet::exporters::compliance::monthly
