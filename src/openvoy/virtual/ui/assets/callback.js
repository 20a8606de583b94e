// The page where the cloud sends a person back to: the gateway exchanges the code, then is shown the token.
"use strict";

async function finish() {
  const verifier = sessionStorage.getItem("code_verifier");
  const code = new URLSearchParams(location.search).get("code");
  sessionStorage.removeItem("code_verifier");
  if (!verifier || !code) throw new Error("This page is only reached by logging in.");
  const exchanged = await fetch("/auth/get_jwt", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      client_id: "envoy-ui-1",
      grant_type: "authorization_code",
      redirect_uri: `${location.origin}/auth/callback`,
      code_verifier: verifier,
      code,
    }),
  });
  const said = await exchanged.json().catch(() => ({}));
  if (!said.access_token) throw new Error(said.message || "The token service gave no token.");
  const headers = { Authorization: `Bearer ${said.access_token}` };
  const checked = await fetch("/auth/check_jwt", { method: "POST", headers });
  if (checked.status === 503) location.assign("/err_toomanysess");
  else if (!checked.ok) throw new Error("The gateway does not accept the token.");
  else location.assign("/home");
}

finish().catch((error) => {
  document.getElementById("waiting").hidden = true;
  document.getElementById("alert").textContent = error.message;
});
