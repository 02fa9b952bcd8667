/*
 * rpc_url: checks that it is safe to control a node.
 */
#include "transport/places/rpc_url.h"

#include <string.h>

#include "base/hint.h"

static bool is_here(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

vv_status vv_rpc_url_read(vv_url *out, const char *text, vv_error *err)
{
	static const char scheme[] = "ipfs+http";
	const bool led = strncmp(text, scheme, sizeof(scheme) - 1) == 0;
	vv_status rc = vv_url_read(out, led ? text + strlen("ipfs+") : text, err);

	if (rc < 0) {
		memset(out, 0, sizeof(*out));
		return rc;
	}
	if (out->kind != VV_URL_HTTP) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not the address of an IPFS node's RPC\n"
			       "Kubo's is http://127.0.0.1:5001",
			       out->text);
	}
	if (out->secret) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s': the address of a node must not have a password\nset it with "
			       "git config http.<url>.extraHeader 'Authorization: ...'",
			       out->text);
	}
	if (!out->tls && !is_here(out->host)) {
		vv_fail(err, VV_EUSAGE,
			"'%s' is on another machine and does not use https\nuse an "
			"https:// address",
			out->text);
		return vv_hint_code(err, VV_HINT_CAR_EXPORT_UNIXFS);
	}
	return VV_OK;
}
