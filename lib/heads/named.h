/*
 * named: a data set by the name of a domain: who its owner is, and where copies are (docs/formats/heads.md, "Names").
 *
 * _varve.DOMAIN has the TXT record "varve1 key=KEY name=NAME mirror=URL ...". It is believed once, as a first head is: the
 * key is pinned then, and a domain that names another key later leads nowhere.
 *
 *	vv_auto(vv_named) n = {.mirrors = VV_BUF_INIT};
 *	vv_named_find(&n, "prices.example.org", err);
 *	while ((url = vv_named_mirror(&n, url))) ...
 */
#ifndef VV_LIB_HEADS_NAMED_H
#define VV_LIB_HEADS_NAMED_H

#include "base/auto.h"
#include "base/buf.h"
#include "lib/heads/trust.h"

#define VV_NAMED "dns:"
#define VV_NAMED_SETTING "varveName" /* remote.<name>.varveName: the domain */

typedef struct vv_named {
	uint8_t owner[VV_KEY_PUBLIC];
	char name[VV_HEAD_NAME_MAX + 1];
	vv_buf mirrors; /* http(s) URLs, a NUL behind each */
} vv_named;
void vv_named_clear(vv_named *n);
VV_AUTO_CLEAR(vv_named, vv_named_clear)

/* From one TXT record. VV_EINPUT says what is wrong; VV_ENOTFOUND: it is another kind of record. */
vv_status vv_named_read(vv_named *out, const char *text, vv_error *err);
/* Asks the name servers. VV_ENOTFOUND, VV_EINPUT, VV_EIO. */
vv_status vv_named_find(vv_named *out, const char *domain, vv_error *err);
/* The next mirror after a URL (NULL: the first); NULL: that was the last. */
const char *vv_named_mirror(const vv_named *n, const char *url);
bool vv_named_has(const vv_named *n, const char *url);

/* Copies of the data set that is trusted here: mirrors of its newest head, then of the remote's domain, if it has one. Where that
 * cannot be asked, or names another key, *out has the former alone, and the error says so. */
vv_status vv_named_mirrors(vv_named *out, vv_repository *r, const char *remote, vv_error *err);

/* Was the remote (NULL: a URL) found by a domain? Then it is a copy as others are. */
vv_status vv_named_is(bool *out, vv_repository *r, const char *remote, vv_error *err);

/* Before the first fetch: from now on only heads of this owner and name are believed here. */
vv_status vv_named_pin(const vv_named *n, vv_repository *r, vv_error *err);

#endif
