/*
 * login: messages about a login, and the input of git.
 */
#include "cmd/web/model/login.h"

#include <string.h>

#include "base/array.h"
#include "base/secret.h"

bool vv_web_login_is_needed(const char *message)
{
	static const char *const said[] = {
		"requires a login",        "uthentication failed", "could not read Username",
		"could not read Password", "error: 401",           "HTTP 401"};

	return vv_array_find(said, sizeof(said) / sizeof(said[0]), it, strstr(message, *it)) !=
	       NULL;
}

/* Protocol and host, with the port, without a name before '@'. */
static bool put_host(vv_buf *b, const char *url)
{
	const char *end = strstr(url, "://"), *host, *at;

	if (!end || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)) {
		return false;
	}
	host = end + 3;
	const size_t len = strcspn(host, "/?#");
	for (at = host + len; at > host && at[-1] != '@'; at--) {
	}
	vv_buf_printf(b, "protocol=%.*s\nhost=%.*s\n", (int)(end - url), url,
		      (int)(host + len - at), at);
	return true;
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
	const char *list[] = {"git", "credential", "approve", NULL};
	vv_auto(vv_secret_buf) input = VV_BUF_INIT;
	const char *said;
	int code;
	vv_status rc;

	if (!*user || !*secret || strpbrk(user, "\r\n") || strpbrk(secret, "\r\n")) {
		return vv_fail(err, VV_EUSAGE, "write the name and the token, each in one line");
	}
	if (!put_host(&input, url) || strpbrk(url, "\r\n")) {
		return vv_fail(err, VV_EUSAGE,
			       "this address has no name and token\naddresses that begin with "
			       "https:// have them");
	}
	if ((rc = choose_helper(v, env, err)) < 0) return rc;
	vv_buf_printf(&input, "username=%s\npassword=%s\n\n", user, secret);
	if ((rc = vv_buf_ok(&input, err)) < 0) return rc;
	const vv_web_command command = {.list = list, .env = env, .input = input.data};
	if ((rc = vv_web_run(v, &command, &code, &said, err)) < 0 || code == 0) return rc;
	return vv_fail(err, VV_EUSAGE, "git credential: %s", said);
}
