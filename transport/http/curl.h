/*
 * curl: loads libcurl when it is first used, and applies Git's settings for HTTP to libcurl's handles.
 */
#ifndef VV_TRANSPORT_HTTP_CURL_H
#define VV_TRANSPORT_HTTP_CURL_H

/* curl.h's macros for type checks and deprecation do not compile as strict C11. */
#define CURL_DISABLE_TYPECHECK 1
#define CURL_DISABLE_DEPRECATION 1
#include <curl/curl.h>
/* curl.h defines macros with the names of these functions. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#include <stdbool.h>

#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Pointers to the functions of libcurl. */
typedef struct http_curl {
	__typeof__(&curl_global_init) global_init;
	__typeof__(&curl_easy_init) easy_init;
	__typeof__(&curl_easy_setopt) setopt;
	__typeof__(&curl_easy_getinfo) getinfo;
	__typeof__(&curl_easy_perform) easy_perform;
	__typeof__(&curl_easy_pause) pause;
	__typeof__(&curl_easy_reset) reset;
	__typeof__(&curl_easy_cleanup) easy_cleanup;
	__typeof__(&curl_easy_strerror) strerror;
	__typeof__(&curl_multi_init) multi_init;
	__typeof__(&curl_multi_setopt) multi_setopt;
	__typeof__(&curl_multi_add_handle) add;
	__typeof__(&curl_multi_remove_handle) remove;
	__typeof__(&curl_multi_perform) perform;
	__typeof__(&curl_multi_poll) poll;
	__typeof__(&curl_multi_info_read) info_read;
	__typeof__(&curl_multi_cleanup) multi_cleanup;
	__typeof__(&curl_getdate) getdate;
	__typeof__(&curl_version_info) version_info;
	__typeof__(&curl_slist_append) slist_append;
	__typeof__(&curl_slist_free_all) slist_free;
} http_curl;

/* Loads libcurl if it is not loaded yet, and sets *out to its functions, which are static. Only one thread at a time
 * may call this function. VV_ENOSUPPORT: libcurl is not installed. */
vv_status http_curl_load(const http_curl **out, vv_error *err);

/* The values of Git's settings http.* and http.<url>.* for a URL; environment variables such as
 * GIT_SSL_CAINFO override settings. The strings are the settings proxy, sslCAInfo, sslCAPath,
 * sslCert, sslKey, extraHeader, userAgent and pinnedPubkey, in this order. A string is NULL if the
 * setting has no value. The struct owns its strings. */
typedef struct http_settings {
	char *proxy, *ca_info, *ca_path, *cert, *key, *header, *agent, *pinned;
	bool no_verify; /* do not verify the server's certificate */
} http_settings;
/* Reads the settings for the URL into *out, from the repository o->repo; if o->repo is NULL, only
 * from the user's and the system's files. Runs git, which matches the URL with http.<url>.*; if git
 * is not installed, reads only the environment variables. VV_EUSAGE: git cannot read its
 * settings. */
vv_status http_settings_read(http_settings *out, const vv_connect_options *o, const char *url,
			     vv_error *err);
void http_settings_clear(http_settings *s);
/* Applies the settings s to the handle easy. */
void http_settings_apply(const http_curl *c, CURL *easy, const http_settings *s);

/* Appends the beginning of the URL u, such as "https://host:port". */
void http_put_site(vv_buf *out, const vv_url *u);
/* Appends the URL u without a slash at its end, such as "https://host:port/path", and then the text
 * `below`. */
void http_put_url(vv_buf *out, const vv_url *u, const char *below);

/* Sets err for a transfer that failed with this code, and returns err's code. name: the URL in
 * messages. said: libcurl's message about the failure, or "". */
vv_status http_curl_fail(const http_curl *c, CURL *easy, CURLcode code, const char *name,
			 const char *said, vv_error *err);

#endif
