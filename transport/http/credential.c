/*
 * credential: how one speaks to `git credential` (gitcredentials(7)).
 */
#include "transport/http/credential.h"

#include <string.h>

#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/line/pipe.h"

void http_credential_clear(http_credential *c)
{
	if (c->secret) {
		vv_wipe(c->secret, strlen(c->secret));
	}
	vv_free_all(vv_take(&c->user), vv_take(&c->secret));
}

static void put_line(vv_buf *b, const char *key, const char *value)
{
	/* A line end would begin another line; URLs with one were refused when they were read. */
	if (value && !strpbrk(value, "\n\r")) {
		vv_buf_printf(b, "%s=%s\n", key, value);
	}
}

static vv_status ask_git(const char *verb, vv_repository *repo, const vv_env *env,
			 const vv_url *url, const char *user, const char *secret, vv_buf *answer,
			 int *exit_code, vv_error *err)
{
	const char *argv[6];
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_auto(vv_buf) host = VV_BUF_INIT;
	bool six = url->host && strchr(url->host, ':');
	size_t n = 0;
	vv_status rc;

	vv_words_add(argv, &n, "git", repo ? "--git-dir" : NULL,
		     repo ? vv_repository_gitdir(repo) : NULL);
	vv_words_add(argv, &n, "credential", verb);
	vv_buf_printf(&host, "%s%s%s", six ? "[" : "", url->host, six ? "]" : "");
	if (url->port) {
		vv_buf_printf(&host, ":%u", url->port);
	}
	put_line(&text, "protocol", url->tls ? "https" : "http");
	put_line(&text, "host", vv_buf_cstr(&host));
	put_line(&text, "path", url->path && url->path[0] == '/' ? url->path + 1 : url->path);
	put_line(&text, "username", user);
	put_line(&text, "password", secret);
	vv_buf_putc(&text, '\n');
	if ((rc = vv_buf_ok(&text, err)) < 0 || (rc = vv_buf_ok(&host, err)) < 0) return rc;
	return vv_program_run(env, argv, text.data, text.len, answer, exit_code, err);
}

static vv_status take_line(http_credential *out, const char *line, size_t len, vv_error *err)
{
	const size_t skip = strlen("username="); /* both words have this length */
	char **member = NULL;

	if (len < skip) {
		member = NULL;
	} else if (memcmp(line, "username=", skip) == 0) {
		member = &out->user;
	} else if (memcmp(line, "password=", skip) == 0) {
		member = &out->secret;
	}

	if (!member || *member) return VV_OK;
	*member = vv_strndup(line + skip, len - skip);
	return vv_alloc_ok(*member, err);
}

vv_status http_credential_fill(http_credential *out, vv_repository *repo, const vv_env *env,
			       const vv_url *url, vv_error *err)
{
	vv_auto(vv_secret_buf) answer = VV_BUF_INIT;
	int exit_code = 0;

	out->user = out->secret = NULL;
	vv_status rc = ask_git("fill", repo, env, url, url->user, NULL, &answer, &exit_code, err);
	if (rc == VV_EPROGRAM) {
		rc = vv_fail(err, VV_EAUTH,
			     "'%s' requires a login\nput user and secret into ~/.netrc, or install "
			     "git for its credential helpers",
			     url->text);
	}
	const char *p = vv_buf_cstr(&answer);
	for (const char *end = p + answer.len; rc == VV_OK && exit_code == 0 && p < end;) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		stop = stop ? stop : end;
		rc = take_line(out, p, (size_t)(stop - p), err);
		p = stop + 1;
	}
	if (rc == VV_OK && (exit_code != 0 || !out->user || !out->secret)) {
		rc = vv_fail(
			err, VV_EAUTH,
			"'%s' requires a login, and no user and secret were found\nstore them in a "
			"credential helper of Git: 'git help credentials'",
			url->text);
	}
	if (rc < 0) {
		http_credential_clear(out);
	}
	return rc;
}

void http_credential_tell(const http_credential *c, vv_repository *repo, const vv_env *env,
			  const vv_url *url, bool right)
{
	vv_auto(vv_secret_buf) answer = VV_BUF_INIT;
	int exit_code;

	(void)ask_git(right ? "approve" : "reject", repo, env, url, c->user, c->secret, &answer,
		      &exit_code, VV_IGNORED);
}
