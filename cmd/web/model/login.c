/*
 * login: messages about a login, and the helper that keeps it.
 */
#include "cmd/web/model/login.h"

#include <string.h>

#include "base/array.h"
#include "transport/http/credential.h"

bool vv_web_login_is_needed(const char *message)
{
	static const char *const said[] = {
		"requires a login",        "uthentication failed", "could not read Username",
		"could not read Password", "error: 401",           "HTTP 401"};

	return vv_array_find(said, sizeof(said) / sizeof(said[0]), it, strstr(message, *it)) !=
	       NULL;
}

/* Git keeps the secret only with a helper. */
static vv_status choose_helper(vv_web_visit *v, const vv_env *env, vv_error *err)
{
	const char *get[] = {"git", "config", "--get-regexp", "^credential\\..*helper$", NULL};
	const char *set[] = {
		"git", "config", "--global", "credential.helper", "cache --timeout=86400", NULL};
	const vv_web_command ask = {.list = get, .env = env}, choose = {.list = set, .env = env};
	const char *said;
	int code;
	vv_status rc = vv_web_run(v, &ask, &code, &said, err);

	if (rc < 0 || code == 0) return rc;
	if ((rc = vv_web_run(v, &choose, &code, &said, err)) < 0 || code == 0) return rc;
	return vv_fail(err, VV_EUSAGE, "git config: %s", said);
}

vv_status vv_web_login(vv_web_visit *v, const vv_env *env, const vv_web_verb *verb, const char *url,
		       vv_error *err)
{
	const char *user = vv_web_field(verb, "user"), *secret = vv_web_field(verb, "password");
	const http_credential login = {(char *)(uintptr_t)user, (char *)(uintptr_t)secret};
	vv_auto(vv_url) host = {0};
	vv_status rc;

	if (!*user || !*secret || strpbrk(user, "\r\n") || strpbrk(secret, "\r\n")) {
		return vv_fail(err, VV_EUSAGE, "write the name and the token, each in one line");
	}
	if (strpbrk(url, "\r\n") || vv_url_read(&host, url, VV_IGNORED) < 0 ||
	    host.kind != VV_URL_HTTP) {
		return vv_fail(err, VV_EUSAGE,
			       "this address has no name and token\naddresses that begin with "
			       "https:// have them");
	}
	if ((rc = choose_helper(v, env, err)) < 0) return rc;
	http_credential_tell(&login, v->repo, env ? env : vv_repository_env(v->repo), &host, true);
	return VV_OK;
}
