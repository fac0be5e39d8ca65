#include "slo/spec/openslo.hpp"

namespace fleet::slo {

void OpenSloObjects::add(const config::Value& root) {
  auto const object = root.mapping({"apiVersion", "kind", "metadata", "spec"});
  std::string const kind = object.required("kind").one_of(
      {"SLO", "SLI", "Service", "DataSource", "AlertPolicy", "AlertCondition", "AlertNotificationTarget"});
  auto const name =
      object.required("metadata").mapping({"name", "displayName", "labels", "annotations"}).required("name");
  auto const [first, fresh] = objects_.emplace(std::pair(kind, name.non_empty_text()), root);
  if (!fresh)
    name.fail("expected each " + kind + " once, got a second `" + name.text() + "`, first given at " +
              first->second.place());
}

const config::Value& OpenSloObjects::find(const std::string& kind, const config::Value& reference) const {
  auto const found = objects_.find(std::pair(kind, reference.non_empty_text()));
  if (found == objects_.end())
    reference.fail("expected the name of some " + kind + " in these files, got `" + reference.text() + "`");
  return found->second;
}

bool OpenSloObjects::has(const std::string& kind, const config::Value& reference) const {
  return objects_.contains(std::pair(kind, reference.non_empty_text()));
}

}  // namespace fleet::slo
