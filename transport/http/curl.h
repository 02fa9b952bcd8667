/*
 * curl: loads libcurl on first use, and applies Git's settings for HTTP to libcurl's handles.
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

/* The functions of libcurl that varve uses: for each, the member of http_curl and the function's
 * name. */
#define HTTP_CURL_FUNCTIONS(X)                                                                     \
	X(global_init, curl_global_init)                                                           \
	X(easy_init, curl_easy_init)                                                               \
	X(setopt, curl_easy_setopt)                                                                \
	X(getinfo, curl_easy_getinfo)                                                              \
	X(easy_perform, curl_easy_perform)                                                         \
	X(easy_send, curl_easy_send)                                                               \
	X(easy_recv, curl_easy_recv)                                                               \
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

/* Loads libcurl if it is not loaded yet, and sets *out to its functions, which stay valid.
 * Thread-safe. VV_ENOSUPPORT: libcurl is not installed, or is too old. */
vv_status http_curl_load(const http_curl **out, vv_error *err);

/* The values of Git's settings http.* and http.<url>.* for a URL. The strings are the settings
 * proxy, sslCAInfo, sslCAPath, sslCert, sslKey, extraHeader, userAgent and pinnedPubkey, in this
 * order. The environment variables GIT_SSL_CAINFO, GIT_SSL_CAPATH, GIT_SSL_CERT and GIT_SSL_KEY
 * override settings; SSL_CERT_FILE and SSL_CERT_DIR apply if no other file or folder of
 * certificates is set. A string is NULL if it is not set. The struct owns its strings. */
typedef struct http_settings {
	char *proxy, *ca_info, *ca_path, *cert, *key, *header, *agent, *pinned;
	bool no_verify; /* do not verify the server's certificate */
} http_settings;
/* Reads the settings for url into *out, which the caller clears with http_settings_clear. Runs git,
 * which matches url with http.<url>.*, in the repository o->repo; o->repo may be NULL. If git is
 * not installed, reads only the environment variables. VV_EUSAGE: git cannot read its settings. */
vv_status http_settings_read(http_settings *out, const vv_connect_options *o, const char *url,
			     vv_error *err);
void http_settings_clear(http_settings *s);
/* Applies the settings s to the handle easy. Also sets what is the same for all handles, such as no
 * redirects and HTTP/1.1. */
void http_settings_apply(const http_curl *c, CURL *easy, const http_settings *s);
/* Sets the user and the secret (HTTP's Basic) for the next request of the handle easy. Sets nothing
 * if one of them is NULL. */
void http_login_apply(const http_curl *c, CURL *easy, const char *user, const char *secret);

/* Appends the host and the port of the URL u, such as "host:port" or "[::1]:port". */
void http_put_host(vv_buf *out, const vv_url *u);
/* Appends the scheme, the host and the port of the URL u, such as "https://host:port". */
void http_put_site(vv_buf *out, const vv_url *u);
/* Appends the URL u without user, secret and final slashes, such as "https://host:port/path", and
 * then the text `below`. */
void http_put_url(vv_buf *out, const vv_url *u, const char *below);

/* Sets err for a transfer of the handle easy that failed with this code, and returns err's code.
 * name: the URL for messages, without secrets. said: libcurl's message about the failure, or "". */
vv_status http_curl_fail(const http_curl *c, CURL *easy, CURLcode code, const char *name,
			 const char *said, vv_error *err);

#endif
