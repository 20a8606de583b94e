// Asks for what the first view needs while the page's script is still being read; api/client.ts takes the replies.
(function () {
  if (location.hash.startsWith("#link=")) return;
  var early = (window.openvoyEarly = {});
  function ask(path) {
    early[path] = fetch("api/v1/" + path, { signal: AbortSignal.timeout(20000) });
    early[path].catch(function () {});
    return early[path];
  }
  ask("me")
    .then(function (reply) {
      return reply.clone().json();
    })
    .then(function (me) {
      if (me.right !== "nobody") ["site", "today", "history/state"].forEach(ask);
    })
    .catch(function () {});
})();
