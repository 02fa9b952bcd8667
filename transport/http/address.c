/*
 * address: how addresses are written.
 */
#include "transport/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_four(const vv_address *a)
{
	return memcmp(a->bytes, mapped, sizeof(mapped)) == 0;
}

static void set_four(vv_address *out, const void *four)
{
	memcpy(out->bytes, mapped, sizeof(mapped));
	memcpy(out->bytes + 12, four, 4);
}

bool vv_address_of(vv_address *out, const struct sockaddr *sa)
{
	memset(out, 0, sizeof(*out));
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		set_four(out, &in.sin_addr);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in;

		memcpy(&in, sa, sizeof(in));
		memcpy(out->bytes, &in.sin6_addr, sizeof(out->bytes));
		return true;
	}
	return false;
}

static bool read_plain(vv_address *out, const char *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN + 1];
	struct in_addr four;

	if (len == 0 || len >= sizeof(copy)) return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, &four) == 1) {
		set_four(out, &four);
		return true;
	}
	return inet_pton(AF_INET6, copy, out->bytes) == 1;
}

bool vv_address_read(vv_address *out, const char *text, size_t len)
{
	const char *end;

	if (len > 0 && text[0] == '[') {
		end = memchr(text, ']', len);
		return end && read_plain(out, text + 1, (size_t)(end - text - 1));
	}
	end = memchr(text, ':', len);
	if (end && !memchr(end + 1, ':', len - (size_t)(end + 1 - text))) {
		len = (size_t)(end - text); /* 192.0.2.7:1234 */
	}
	return read_plain(out, text, len);
}

size_t vv_address_host_len(const char *host, size_t len)
{
	const char *bracket = len > 0 && host[0] == '[' ? memchr(host, ']', len) : NULL;
	const char *colon = memchr(host, ':', len);

	if (bracket) return (size_t)(bracket - host) + 1;
	return colon ? (size_t)(colon - host) : len;
}

static bool is_host_name(const char *name)
{
	const size_t len = strlen(name);
	vv_address ignored;

	if (name[0] == '[') return name[len - 1] == ']' && vv_address_read(&ignored, name, len);
	return len > 0 && !strpbrk(name, ":/ ");
}

vv_status vv_host_names_check(const char *const *names, size_t count, vv_error *err)
{
	vv_array_each(names, count, it) {
		if (!is_host_name(*it)) {
			return vv_fail(
				err, VV_EUSAGE,
				"'%s' is not the name of a host\nwrite it without scheme and "
				"port: data.example.org",
				vv_text_shows(*it));
		}
	}
	return VV_OK;
}

bool vv_address_same_client(const vv_address *a, const vv_address *b)
{
	return memcmp(a->bytes, b->bytes, is_four(a) || is_four(b) ? 16 : 8) == 0;
}

bool vv_address_is_loopback(const vv_address *a)
{
	static const uint8_t one[16] = {[15] = 1};

	return is_four(a) ? a->bytes[12] == 127 : memcmp(a->bytes, one, sizeof(a->bytes)) == 0;
}

void vv_address_text(char out[64], const vv_address *a)
{
	if (!inet_ntop(is_four(a) ? AF_INET : AF_INET6, is_four(a) ? a->bytes + 12 : a->bytes, out,
		       64)) {
		(void)snprintf(out, 64, "?");
	}
}

vv_status vv_network_read(vv_network *out, const char *text, vv_error *err)
{
	size_t len = strcspn(text, "/");
	uint64_t bits;

	if (!read_plain(&out->address, text, len)) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not an address or a network\n"
			       "write 192.0.2.7, 10.0.0.0/8 or fd00::/8",
			       vv_text_shows(text));
	}
	bool four = is_four(&out->address);
	out->bits = 128;
	if (text[len] == '/') {
		if (!vv_parse_u64(&bits, text + len + 1, strlen(text + len + 1)) ||
		    bits > (four ? 32 : 128)) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is not a network\n"
				       "write 192.0.2.7, 10.0.0.0/8 or fd00::/8",
				       vv_text_shows(text));
		}
		out->bits = (unsigned)bits + (four ? 96 : 0);
	}
	return VV_OK;
}

vv_status vv_networks_read(vv_network **nets, const char *const *texts, size_t count, vv_error *err)
{
	vv_status rc = VV_OK;

	*nets = vv_calloc(count + 1, sizeof(**nets));
	if (!*nets) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = vv_network_read(&(*nets)[i], texts[i], err);
	}
	return rc;
}

static bool in_network(const vv_network *n, const vv_address *a)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	return memcmp(n->address.bytes, a->bytes, whole) == 0 &&
	       (rest == 0 || (n->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0);
}

bool vv_network_has(const vv_network *nets, size_t count, const vv_address *a)
{
	return vv_array_find(nets, count, n, in_network(n, a)) != NULL;
}

void vv_address_behind(vv_address *out, const vv_address *peer, const vv_network *trusted,
		       size_t count, const char *forwarded)
{
	const char *end = forwarded ? forwarded + strlen(forwarded) : NULL;
	vv_address next;

	*out = *peer;
	while (end && vv_network_has(trusted, count, out)) {
		const char *from = end;

		while (from > forwarded && from[-1] != ',') {
			from--;
		}
		while (from < end && (*from == ' ' || *from == '\t')) {
			from++;
		}
		while (end > from && (end[-1] == ' ' || end[-1] == '\t')) {
			end--;
		}
		if (!vv_address_read(&next, from, (size_t)(end - from))) return;
		*out = next;
		while (from > forwarded && from[-1] != ',') {
			from--;
		}
		end = from > forwarded ? from - 1 : NULL;
	}
}
