/*
 * listen_address: the forms of an address to listen on.
 */
#include "transport/line/listen_address.h"

#include <string.h>

#include "base/text.h"

static vv_status not_an_address(const char *address, vv_error *err)
{
	return vv_fail(err, VV_EUSAGE,
		       "'%s' is not an address to listen on\n"
		       "write HOST:PORT, as in 127.0.0.1:8080, [::1]:8080 or *:8080",
		       vv_text_shows(address));
}

vv_status vv_listen_address_read(vv_listen_address *out, const char *address, vv_error *err)
{
	const char *colon = strrchr(address, ':'), *host = address;
	const char *port = colon ? colon + 1 : address;
	size_t len = colon ? (size_t)(colon - address) : 0;
	uint64_t number;

	if (!vv_parse_u64(&number, port, strlen(port)) || number > 65535 || strlen(port) > 5) {
		return not_an_address(address, err);
	}
	if (!colon) {
		host = "127.0.0.1";
		len = strlen(host);
	} else if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	} else if (memchr(host, ':', len)) {
		return not_an_address(address, err);
	}
	if (len == 0 || len >= sizeof(out->host)) return not_an_address(address, err);
	memcpy(out->host, host, len);
	out->host[len] = '\0';
	if (strcmp(out->host, "*") == 0) {
		out->host[0] = '\0';
	}
	memcpy(out->port, port, strlen(port) + 1);
	return VV_OK;
}
