/*
 * curl: how libcurl is loaded, which of Git's settings and variables govern HTTP, and what
 * libcurl's codes mean to people.
 */
#include "transport/http/curl.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"

/* --- the library ----------------------------------------------------------------------------- */

/* Loaded when it is used: it brings ten libraries along, which would slow every start of the
 * program. */

static bool find_all(void *l, http_curl *t)
{
#define FIND(member, function) vv_os_library_find(l, &t->member, #function) &&
	return HTTP_CURL_FUNCTIONS(FIND) true;
#undef FIND
}

static vv_status load_curl(http_curl *table, vv_error *err)
{
	void *library = vv_os_library("curl", "4");

	if (!library && !(library = vv_os_library("curl-gnutls", "4"))) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "HTTP needs libcurl, which is not installed\n" VV_OS_INSTALL(
				       "libcurl4", "curl"));
	}
	if (!find_all(library, table)) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "the installed libcurl is too old: HTTP needs 7.66 or later");
	}
	return table->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK
		       ? VV_OK
		       : vv_fail(err, VV_ENOSUPPORT, "libcurl cannot be initialized");
}

vv_status http_curl_load(const http_curl **out, vv_error *err)
{
	enum { NOT_LOADED, LOADING, LOADED };
	static http_curl table;
	static atomic_int state = NOT_LOADED;
	int seen = NOT_LOADED;

	while (!atomic_compare_exchange_weak(&state, &seen, LOADING)) {
		if (seen == LOADED) {
			*out = &table;
			return VV_OK;
		}
		seen = NOT_LOADED; /* another thread takes some milliseconds for it */
	}
	vv_status rc = load_curl(&table, err);
	atomic_store(&state, rc == VV_OK ? LOADED : NOT_LOADED);
	*out = rc == VV_OK ? &table : NULL;
	return rc;
}

/* --- settings -------------------------------------------------------------------------------- */

/* Git's settings that are strings, the variables of Git that override them, and libcurl's options; 0:
 * it has none. */
static const struct setting {
	const char *key, *variable;
	CURLoption option;
	bool is_path;
	size_t at; /* in http_settings */
} strings[] = {
	{"http.proxy", NULL, CURLOPT_PROXY, false, offsetof(http_settings, proxy)},
	{"http.sslcainfo", "GIT_SSL_CAINFO", CURLOPT_CAINFO, true,
	 offsetof(http_settings, ca_info)},
	{"http.sslcapath", "GIT_SSL_CAPATH", CURLOPT_CAPATH, true,
	 offsetof(http_settings, ca_path)},
	{"http.sslcert", "GIT_SSL_CERT", CURLOPT_SSLCERT, true, offsetof(http_settings, cert)},
	{"http.sslkey", "GIT_SSL_KEY", CURLOPT_SSLKEY, true, offsetof(http_settings, key)},
	{"http.extraheader", NULL, 0, false, offsetof(http_settings, header)},
	{"http.useragent", NULL, CURLOPT_USERAGENT, false, offsetof(http_settings, agent)},
	{"http.pinnedpubkey", NULL, CURLOPT_PINNEDPUBLICKEY, false,
	 offsetof(http_settings, pinned)},
};
#define STRINGS (sizeof(strings) / sizeof(strings[0]))

static char **member_of(const http_settings *s, const struct setting *of)
{
	return (char **)(void *)((char *)(uintptr_t)s + of->at);
}

void http_settings_clear(http_settings *s)
{
	vv_array_each(strings, STRINGS, string) {
		vv_free(*member_of(s, string));
	}
	memset(s, 0, sizeof(*s));
}

/* Git's words for a boolean; NULL (a key alone) is true. */
static bool is_false(const char *value)
{
	return value &&
	       (*value == '\0' || vv_ascii_equal(value, "false") || vv_ascii_equal(value, "no") ||
		vv_ascii_equal(value, "off") || strcmp(value, "0") == 0);
}

/* home: of what may be a path of Git's, "~/x"; else NULL. */
static vv_status set_member(char **member, const char *value, const char *home, vv_error *err)
{
	vv_free(*member);
	if (home && strncmp(value, "~/", 2) == 0) {
		*member = vv_path_join(home, value + 2, NULL);
	} else {
		*member = vv_strdup(value);
	}
	return *member ? VV_OK : vv_fail_nomem(err);
}

static vv_status take_setting(http_settings *s, const vv_env *env, const char *key,
			      const char *value, vv_error *err)
{
	const struct setting *is = vv_array_find(strings, STRINGS, known,
						 strcmp(key, known->key) == 0);

	if (strcmp(key, "http.sslverify") == 0) {
		s->no_verify = is_false(value);
	}
	if (is && value) {
		return set_member(member_of(s, is), value,
				  is->is_path ? vv_env_get(env, "HOME") : NULL, err);
	}
	return VV_OK;
}

/* Entries "key\nvalue\0", or "key\0" for one without a value. */
static vv_status take_all(http_settings *s, const vv_env *env, const vv_buf *answer, vv_error *err)
{
	const char *p = vv_buf_cstr(answer), *end = p + answer->len;
	vv_status rc = VV_OK;

	while (p < end && rc == VV_OK) {
		const char *stop = memchr(p, '\0', (size_t)(end - p));
		const char *line = stop ? memchr(p, '\n', (size_t)(stop - p)) : NULL;

		if (!stop) {
			break;
		}
		vv_auto(char) *key = vv_strndup(p, (size_t)((line ? line : stop) - p));
		if (key) {
			rc = take_setting(s, env, key, line ? line + 1 : NULL, err);
		} else {
			rc = vv_fail_nomem(err);
		}
		p = stop + 1;
	}
	return rc;
}

static vv_status take_variables(http_settings *s, const vv_env *env, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < STRINGS; i++) {
		const char *value = strings[i].variable ? vv_env_get(env, strings[i].variable)
							: NULL;

		if (value && *value) {
			rc = set_member(member_of(s, &strings[i]), value, NULL, err);
		}
	}
	/* what OpenSSL itself reads, below Git's settings */
	const char *file = vv_env_get(env, "SSL_CERT_FILE"), *dir = vv_env_get(env, "SSL_CERT_DIR");
	const bool chosen = s->ca_info || s->ca_path;

	if (rc == VV_OK && !chosen && file && *file) {
		rc = set_member(&s->ca_info, file, NULL, err);
	}
	if (rc == VV_OK && !chosen && dir && *dir) {
		rc = set_member(&s->ca_path, dir, NULL, err);
	}
	const char *unverified = vv_env_get(env, "GIT_SSL_NO_VERIFY");

	if (unverified && !is_false(unverified)) {
		s->no_verify = true;
	}
	return rc;
}

vv_status http_settings_read(http_settings *out, const vv_connect_options *o, const char *url,
			     vv_error *err)
{
	const vv_env *env = vv_connect_env(o);
	const char *argv[10];
	vv_auto(vv_buf) answer = VV_BUF_INIT;
	size_t n = 0;
	int exit_code = 0;

	memset(out, 0, sizeof(*out));
	vv_words_add(argv, &n, "git", o->repo ? "--git-dir" : NULL,
		     o->repo ? vv_repository_gitdir(o->repo) : NULL);
	vv_words_add(argv, &n, "config", "-z", "--get-urlmatch", "http", url);
	vv_status rc = vv_program_run(env, argv, NULL, 0, &answer, &exit_code, err);
	if (rc == VV_OK && exit_code == 0) {
		rc = take_all(out, env, &answer, err);
	} else if (rc == VV_OK && exit_code != 1) { /* 1: none is set */
		rc = vv_fail(err, VV_EUSAGE,
			     "git cannot read its settings for '%s'\n"
			     "'git config --list' shows the problem",
			     vv_text_url(url));
	} else if (rc == VV_EPROGRAM) {
		rc = VV_OK;
	}
	if (rc == VV_OK) {
		rc = take_variables(out, env, err);
	}
	if (rc < 0) {
		http_settings_clear(out);
	}
	return rc;
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
	(void)c->setopt(easy, CURLOPT_USERAGENT, "varve");
	vv_array_each(strings, STRINGS, string) {
		const char *value = *member_of(s, string);

		if (value && string->option) {
			(void)c->setopt(easy, string->option, value);
		}
	}
	(void)c->setopt(easy, CURLOPT_SSL_VERIFYPEER, s->no_verify ? 0L : 1L);
	(void)c->setopt(easy, CURLOPT_SSL_VERIFYHOST, s->no_verify ? 0L : 2L);
}

void http_login_apply(const http_curl *c, CURL *easy, const char *user, const char *secret)
{
	if (user && secret) {
		(void)c->setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		(void)c->setopt(easy, CURLOPT_USERNAME, user);
		(void)c->setopt(easy, CURLOPT_PASSWORD, secret);
	}
}

void http_put_host(vv_buf *out, const vv_url *u)
{
	const bool six = strchr(u->host, ':') != NULL;

	vv_buf_printf(out, six ? "[%s]" : "%s", u->host);
	if (u->port) {
		vv_buf_printf(out, ":%u", u->port);
	}
}

void http_put_site(vv_buf *out, const vv_url *u)
{
	vv_buf_puts(out, u->tls ? "https://" : "http://");
	http_put_host(out, u);
}

void http_put_url(vv_buf *out, const vv_url *u, const char *below)
{
	const char *path = u->path ? u->path : "";
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] == '/') {
		len--;
	}
	http_put_site(out, u);
	vv_buf_put(out, path, len);
	vv_buf_puts(out, below);
}

/* --- errors ------------------------------------------------------------------------- */

static vv_status not_connected(const http_curl *c, CURL *easy, const char *name, const char *said,
			       vv_error *err)
{
	long number = 0;

	(void)c->getinfo(easy, CURLINFO_OS_ERRNO, &number);
	if (number == ECONNREFUSED) {
		return vv_fail(err, VV_EIO,
			       "'%s': connection refused\ncheck that the server is running, and "
			       "the port",
			       name);
	}
	vv_fail(err, VV_EIO, "'%s': cannot connect: %s", name,
		number ? strerror((int)number) : vv_text_shows(said));
	return VV_EIO;
}

static vv_status not_trusted(CURLcode code, const char *name, const char *said, vv_error *err)
{
	(void)vv_fail(err, VV_EREFUSED, "'%s': its certificate is not trusted: %s", name,
		      vv_text_shows(said));
	return code == CURLE_SSL_PINNEDPUBKEYNOTMATCH
		       ? vv_hint(err, "check http.pinnedPubkey, which names another key")
		       : vv_hint(err,
				 "check the address; if the server's own authority signed the "
				 "certificate, set http.sslCAInfo to a file with the authority's "
				 "certificate");
}

/* A proxy's refusal of a tunnel, which libcurl reports like a lost connection. */
static vv_status fail_closed(const http_curl *c, CURL *easy, const char *name, vv_error *err)
{
	long status = 0;

	(void)c->getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status >= 300) {
		return vv_fail(err, VV_EIO,
			       "'%s': the proxy refused the connection (HTTP status %ld)\ncheck "
			       "http.proxy, https_proxy and http_proxy; a login for the proxy is "
			       "written http://user:password@host:port",
			       name, status);
	}
	return vv_fail(err, VV_EIO,
		       "the connection to '%s' was closed before the end of the answer", name);
}

vv_status http_curl_fail(const http_curl *c, CURL *easy, CURLcode code, const char *name,
			 const char *said, vv_error *err)
{
	if (!*said) {
		said = c->strerror(code);
	}
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s': no such host\ncheck the name and the network", name);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s': no such proxy\ncheck http.proxy, https_proxy and http_proxy",
			       name);
	case CURLE_COULDNT_CONNECT:
		return not_connected(c, easy, name, said, err);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return not_trusted(code, name, said, err);
	case CURLE_SSL_CACERT_BADFILE:
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s': the file of trusted certificates cannot be read\ncheck "
			       "http.sslCAInfo, GIT_SSL_CAINFO and SSL_CERT_FILE",
			       name);
	case CURLE_SSL_CONNECT_ERROR:
		return vv_fail(err, VV_EIO,
			       "'%s': cannot set up TLS: %s\nif the server does not use TLS, write "
			       "http:// instead of https://",
			       name, vv_text_shows(said));
	case CURLE_OPERATION_TIMEDOUT:
		return vv_fail(err, VV_ESILENT,
			       "'%s' did not answer in time\n"
			       "try again later, or wait longer with --timeout SECONDS",
			       name);
	case CURLE_OUT_OF_MEMORY:
		return vv_fail_nomem(err);
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return fail_closed(c, easy, name, err);
	default:
		return vv_fail(err, VV_EIO, "'%s': %s", name, vv_text_shows(said));
	}
}
