/*
 * curl_fail: knows what libcurl's codes mean to people.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "transport/http/curl.h"

static vv_status not_connected(const http_curl *c, CURL *easy, const char *name, const char *said,
			       vv_error *err)
{
	long number = 0;

	(void)c->getinfo(easy, CURLINFO_OS_ERRNO, &number);
	if (number == ECONNREFUSED) {
		vv_fail(err, VV_EIO, "'%s': connection refused: nothing listens there", name);
		return vv_hint(err, "is the server running, and the port right?");
	}
	vv_fail(err, VV_EIO, "'%s': cannot connect: %s", name,
		number ? strerror((int)number) : vv_text_shows(said));
	return VV_EIO;
}

static vv_status not_trusted(const char *name, const char *said, vv_error *err)
{
	vv_fail(err, VV_EREFUSED, "'%s': its certificate is not trusted: %s", name,
		vv_text_shows(said));
	return vv_hint(err, "http.sslCAInfo names a file with the authority's certificate; never "
			    "turn http.sslVerify off for good");
}

vv_status http_curl_fail(const http_curl *c, CURL *easy, CURLcode code, const char *name,
			 const char *said, vv_error *err)
{
	if (!*said) {
		said = c->strerror(code);
	}
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		vv_fail(err, VV_ENOTFOUND, "'%s': there is no such host", name);
		return vv_hint(err, "is the name right, and the network there?");
	case CURLE_COULDNT_RESOLVE_PROXY:
		vv_fail(err, VV_ENOTFOUND, "'%s': the proxy's name leads nowhere", name);
		return vv_hint(err, "http.proxy, https_proxy and http_proxy name it");
	case CURLE_COULDNT_CONNECT:
		return not_connected(c, easy, name, said, err);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return not_trusted(name, said, err);
	case CURLE_SSL_CACERT_BADFILE:
		vv_fail(err, VV_ENOTFOUND, "'%s': the file of trusted certificates cannot be read",
			name);
		return vv_hint(err, "http.sslCAInfo or GIT_SSL_CAINFO names it");
	case CURLE_SSL_CONNECT_ERROR:
		vv_fail(err, VV_EIO, "'%s': no TLS comes about: %s", name, vv_text_shows(said));
		return vv_hint(err, "is it http, not https?");
	case CURLE_OPERATION_TIMEDOUT:
		return vv_fail(err, VV_EIO, "'%s': no answer in time", name);
	case CURLE_OUT_OF_MEMORY:
		return vv_fail_nomem(err);
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return vv_fail(err, VV_EIO, "the connection to '%s' was closed in the middle",
			       name);
	default:
		return vv_fail(err, VV_EIO, "'%s': %s", name, vv_text_shows(said));
	}
}
