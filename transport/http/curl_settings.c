/*
 * curl_settings: knows which of Git's settings and variables govern HTTP, and what libcurl
 * calls them.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "transport/http/curl.h"

void http_settings_clear(http_settings *s)
{
	vv_free(s->proxy);
	vv_free(s->ca_info);
	vv_free(s->ca_path);
	vv_free(s->cert);
	vv_free(s->key);
	vv_free(s->header);
	vv_free(s->agent);
	vv_free(s->pinned);
	memset(s, 0, sizeof(*s));
}

/* Git's words for a boolean; NULL (a key alone) is true. */
static bool is_false(const char *value)
{
	return value &&
	       (*value == '\0' || strcasecmp(value, "false") == 0 || strcasecmp(value, "no") == 0 ||
		strcasecmp(value, "off") == 0 || strcmp(value, "0") == 0);
}

static vv_status set(char **member, const char *value, bool is_path, vv_error *err)
{
	const char *home = getenv("HOME");

	vv_free(*member);
	if (is_path && strncmp(value, "~/", 2) == 0 && home) {
		*member = vv_path_join(home, value + 2, NULL);
	} else {
		*member = vv_strdup(value);
	}
	return *member ? VV_OK : vv_fail_nomem(err);
}

static vv_status take(http_settings *s, const char *key, const char *value, vv_error *err)
{
	const struct {
		const char *key;
		char **member;
		bool is_path;
	} known[] = {
		{"http.proxy", &s->proxy, false},      {"http.sslcainfo", &s->ca_info, true},
		{"http.sslcapath", &s->ca_path, true}, {"http.sslcert", &s->cert, true},
		{"http.sslkey", &s->key, true},        {"http.extraheader", &s->header, false},
		{"http.useragent", &s->agent, false},  {"http.pinnedpubkey", &s->pinned, false},
	};

	if (strcmp(key, "http.sslverify") == 0) {
		s->no_verify = is_false(value);
		return VV_OK;
	}
	for (size_t i = 0; value && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(key, known[i].key) == 0) {
			return set(known[i].member, value, known[i].is_path, err);
		}
	}
	return VV_OK;
}

/* Entries "key\nvalue\0", or "key\0" for one without a value. */
static vv_status take_all(http_settings *s, const vv_buf *answer, vv_error *err)
{
	const char *p = vv_buf_cstr(answer), *end = p + answer->len;
	vv_status rc = VV_OK;

	while (p < end && rc == VV_OK) {
		const char *stop = memchr(p, '\0', (size_t)(end - p));
		const char *line = stop ? memchr(p, '\n', (size_t)(stop - p)) : NULL;
		char *key;

		if (!stop) {
			break;
		}
		key = vv_strndup(p, (size_t)((line ? line : stop) - p));
		rc = key ? take(s, key, line ? line + 1 : NULL, err) : vv_fail_nomem(err);
		vv_free(key);
		p = stop + 1;
	}
	return rc;
}

static vv_status take_variables(http_settings *s, vv_error *err)
{
	const struct {
		const char *name;
		char **member;
	} known[] = {
		{"GIT_SSL_CAINFO", &s->ca_info},
		{"GIT_SSL_CAPATH", &s->ca_path},
		{"GIT_SSL_CERT", &s->cert},
		{"GIT_SSL_KEY", &s->key},
	};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && rc == VV_OK; i++) {
		const char *value = getenv(known[i].name);

		if (value && *value) {
			rc = set(known[i].member, value, false, err);
		}
	}
	if (getenv("GIT_SSL_NO_VERIFY") && !is_false(getenv("GIT_SSL_NO_VERIFY"))) {
		s->no_verify = true;
	}
	return rc;
}

vv_status http_settings_read(http_settings *out, vv_repository *repo, const char *url,
			     vv_error *err)
{
	const char *argv[10];
	vv_buf answer = VV_BUF_INIT;
	size_t n = 0;
	int exit_code = 0;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	argv[n++] = "git";
	if (repo) {
		argv[n++] = "--git-dir";
		argv[n++] = vv_repository_gitdir(repo);
	}
	argv[n++] = "config";
	argv[n++] = "-z";
	argv[n++] = "--get-urlmatch";
	argv[n++] = "http";
	argv[n++] = url;
	argv[n] = NULL;
	rc = vv_program_run(argv, NULL, 0, &answer, &exit_code, err);
	if (rc == VV_OK && exit_code == 0) {
		rc = take_all(out, &answer, err);
	} else if (rc == VV_OK && exit_code != 1) { /* 1: none is set */
		vv_fail(err, VV_EUSAGE, "git cannot read its settings for '%s'",
			vv_text_shows(url));
		rc = vv_hint(err, "'git config --list' says what is wrong with them");
	} else if (rc == VV_ENOTFOUND) {
		rc = VV_OK;
	}
	vv_buf_clear(&answer);
	if (rc == VV_OK) {
		rc = take_variables(out, err);
	}
	if (rc < 0) {
		http_settings_clear(out);
	}
	return rc;
}

static void apply_string(const http_curl *c, CURL *easy, CURLoption option, const char *value)
{
	if (value) {
		(void)c->setopt(easy, option, value);
	}
}

void http_settings_apply(const http_curl *c, CURL *easy, const http_settings *s)
{
	(void)c->setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)c->setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	(void)c->setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)c->setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)c->setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	(void)c->setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)c->setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	(void)c->setopt(easy, CURLOPT_USERAGENT, s->agent ? s->agent : "varve");
	apply_string(c, easy, CURLOPT_PROXY, s->proxy);
	apply_string(c, easy, CURLOPT_CAINFO, s->ca_info);
	apply_string(c, easy, CURLOPT_CAPATH, s->ca_path);
	apply_string(c, easy, CURLOPT_SSLCERT, s->cert);
	apply_string(c, easy, CURLOPT_SSLKEY, s->key);
	apply_string(c, easy, CURLOPT_PINNEDPUBLICKEY, s->pinned);
	(void)c->setopt(easy, CURLOPT_SSL_VERIFYPEER, s->no_verify ? 0L : 1L);
	(void)c->setopt(easy, CURLOPT_SSL_VERIFYHOST, s->no_verify ? 0L : 2L);
}
