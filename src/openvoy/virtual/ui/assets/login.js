// The login page: a token is shown to the gateway, or fetched by way of the cloud (OAuth 2 with PKCE).
"use strict";

const alertBox = document.getElementById("alert");
const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function showToken(token) {
  const reply = await fetch("/auth/check_jwt", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  if (reply.ok) location.assign("/home");
  else if (reply.status === 503) location.assign("/err_toomanysess");
  else alertBox.textContent = "The gateway does not accept this token. It may have expired, or be for another gateway.";
}

document.getElementById("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  alertBox.textContent = "";
  const token = document.getElementById("token").value.replace(/\s+/g, "");
  showToken(token).catch(() => {
    alertBox.textContent = "The gateway does not answer.";
  });
});

document.getElementById("cloud-login")?.addEventListener("click", async (event) => {
  const { cloud, serial } = event.currentTarget.dataset;
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(48)));
  sessionStorage.setItem("code_verifier", verifier);
  const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const query = new URLSearchParams({
    code_challenge: challenge,
    client_id: "envoy-ui-client",
    redirect_uri: `${location.origin}/auth/callback`,
    scope: serial,
    response_type: "code",
    code_challenge_method: "S256",
  });
  location.assign(`${cloud}/authorize?${query}`);
});
