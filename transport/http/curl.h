/*
 * curl: declarations that clients of HTTP share: libcurl, loaded when it is used, and the settings
 * that Git has for it.
 */
#ifndef VV_TRANSPORT_HTTP_CURL_H
#define VV_TRANSPORT_HTTP_CURL_H

/* C11 alone cannot compile its macros for type checks and deprecation. */
#define CURL_DISABLE_TYPECHECK 1
#define CURL_DISABLE_DEPRECATION 1
#include <curl/curl.h>
/* These would hide the functions' names. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#include <stdbool.h>

#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

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
	__typeof__(&curl_slist_append) slist_append;
	__typeof__(&curl_slist_free_all) slist_free;
} http_curl;

/* VV_ENOSUPPORT: libcurl is not installed. Called by one thread at a time. */
vv_status http_curl_load(const http_curl **out, vv_error *err);

/* http.* and http.<url>.* of Git's config for a URL, and the variables that override them
 * (GIT_SSL_CAINFO and similar). Members are owned; NULL: not set. */
typedef struct http_settings {
	char *proxy, *ca_info, *ca_path, *cert, *key, *header, *agent, *pinned;
	bool no_verify;
} http_settings;
/* repo NULL: the user's and the system's. Runs git, which matches URLs; without git there are
 * none. */
vv_status http_settings_read(http_settings *out, const vv_connect_options *o, const char *url,
			     vv_error *err);
void http_settings_clear(http_settings *s);
void http_settings_apply(const http_curl *c, CURL *easy, const http_settings *s);

/* "https://host:port", and with the URL's path, without a slash at its end; and its sub-paths. */
void http_put_site(vv_buf *out, const vv_url *u);
void http_put_url(vv_buf *out, const vv_url *u, const char *below);

/* Does the answer request a delay (429 or 503 with Retry-After)? Then waits for that time, a minute at
 * most, and returns true: repeat the request. tries: the number of requests so far; false after
 * HTTP_TRIES. */
#define HTTP_TRIES 5u
bool http_curl_wait(const http_curl *c, CURL *easy, unsigned tries);

/* Sets err for a transfer that ended with this code; said: libcurl's own words (may be ""). name:
 * the URL for messages. */
vv_status http_curl_fail(const http_curl *c, CURL *easy, CURLcode code, const char *name,
			 const char *said, vv_error *err);

#endif
