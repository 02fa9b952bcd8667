/*
 * sizes: limits of pushes and packs, learned from hosts that refuse larger ones.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/pack_maker.h"

#define PUSH_BYTES (UINT64_C(900) << 20) /* hosts refuse from 1 GB or 2 on */
#define PUSH_LEAST (UINT64_C(1) << 20)   /* below, it is not the size */
#define PUSH_MOST (UINT64_C(1) << 40)

/* NULL: the host has no name here, or out of memory. */
static char *learnt_key(const vv_host *h)
{
	if (!h->remote) return NULL;
	return vv_asprintf("remote.%s.varvepushbytes", h->remote);
}

vv_status vv_host_sizes(vv_host *h, vv_error *err)
{
	vv_auto(char) *key = learnt_key(h);
	uint64_t push = PUSH_BYTES;
	vv_status rc;

	if (key && (rc = vv_config_u64(h->repo, key, push, &push, err)) < 0) return rc;
	if (push < PUSH_LEAST || push > PUSH_MOST) {
		return vv_fail(err, VV_EUSAGE, "%s must be %" PRIu64 "m to %" PRIu64 "m", key,
			       PUSH_LEAST >> 20, PUSH_MOST >> 20);
	}
	if (h->push_bytes == 0 || h->push_bytes > push) {
		h->push_bytes = push;
	}
	if (h->push_bytes < VV_HOST_PACK_LEAST) {
		h->pack_bytes = VV_HOST_PACK_LEAST;
	} else if (h->push_bytes < VV_HOST_PACK_BYTES) {
		h->pack_bytes = (size_t)h->push_bytes;
	} else {
		h->pack_bytes = VV_HOST_PACK_BYTES;
	}
	return VV_OK;
}

/* In the words of git (receive.maxInputSize), of web servers in front of it, of GitHub and GitLab. */
static bool is_of_size(const vv_buf *said)
{
	static const char *const words[] = {"pack exceeds maximum allowed size",
					    "http 413",
					    "returned error: 413",
					    "request entity too large",
					    "your push exceeds",
					    "push size limit",
					    "gh001",
					    "exceeds github's file size limit",
					    "larger than the limit",
					    "exceeds the maximum file size"};
	vv_auto(vv_buf) lower = VV_BUF_INIT;

	for (size_t i = 0; i < said->len; i++) {
		vv_buf_putc(&lower, vv_to_lower(said->data[i]));
	}
	return vv_array_find(words, sizeof(words) / sizeof(words[0]), w,
			     strstr(vv_buf_cstr(&lower), *w)) != NULL;
}

bool vv_host_learn_size(vv_host *h, uint64_t sent, const vv_buf *said)
{
	vv_auto(char) *key = NULL;
	char value[24];
	const uint64_t half = (sent < h->push_bytes ? sent : h->push_bytes) / 2;

	if (!is_of_size(said) || half < PUSH_LEAST || h->push_bytes <= PUSH_LEAST) return false;
	h->push_bytes = half;
	h->too_large = true;
	(void)snprintf(value, sizeof(value), "%" PRIu64 "k", half >> 10);
	/* where it cannot be remembered, the next push learns it again */
	if ((key = learnt_key(h))) {
		(void)vv_config_set(h->repo, key, value, VV_IGNORED);
	}
	vv_notes_put(h->notes, "the host refuses a push of %s: trying %s at a time",
		     vv_text_bytes(sent), vv_text_bytes(half));
	return true;
}
