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

/* The functions of libcurl that are used: member of http_curl, and name. */
#define HTTP_CURL_FUNCTIONS(X)                                                                     \
	X(global_init, curl_global_init)                                                           \
	X(easy_init, curl_easy_init)                                                               \
	X(setopt, curl_easy_setopt)                                                                \
	X(getinfo, curl_easy_getinfo)                                                              \
	X(easy_perform, curl_easy_perform)                                                         \
	X(pause, curl_easy_pause)                                                                  \
	X(reset, curl_easy_reset)                                                                  \
	X(easy_cleanup, curl_easy_cleanup)                                                         \
	X(strerror, curl_easy_strerror)                                                            \
	X(multi_init, curl_multi_init)                                                             \
	X(multi_setopt, curl_multi_setopt)                                                         \
	X(add, curl_multi_add_handle)                                                              \
	X(remove, curl_multi_remove_handle)                                                        \
	X(perform, curl_multi_perform)                                                             \
	X(poll, curl_multi_poll)                                                                   \
	X(info_read, curl_multi_info_read)                                                         \
	X(multi_cleanup, curl_multi_cleanup)                                                       \
	X(getdate, curl_getdate)                                                                   \
	X(slist_append, curl_slist_append)                                                         \
	X(slist_free, curl_slist_free_all)

/* Pointers to these functions. */
typedef struct http_curl {
#define HTTP_CURL_MEMBER(member, function) __typeof__(&function) member;
	HTTP_CURL_FUNCTIONS(HTTP_CURL_MEMBER)
#undef HTTP_CURL_MEMBER
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
