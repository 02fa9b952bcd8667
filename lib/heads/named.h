/*
 * named: finds a data set's owner and copies by a name (docs/formats/heads.md, "Names").
 *
 * A name is KEY/NAME in full. "dns:DOMAIN" is short for it: the TXT record of _varve.DOMAIN, "varve1 key=KEY name=NAME
 * mirror=URL ...", also has mirrors. It is trusted on first use, like a first head: the key is pinned, and a domain that
 * names another key later is refused. The user's mirrors (varve.mirror) are searched for copies, too.
 *
 *	vv_auto(vv_named) n = {.mirrors = VV_BUF_INIT};
 *	vv_named_find(&n, "dns:prices.example.org", err);
 *	while ((url = vv_named_mirror(&n, url))) ...
 */
#ifndef VV_LIB_HEADS_NAMED_H
#define VV_LIB_HEADS_NAMED_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "lib/heads/trust.h"

#define VV_NAMED_SETTING "varveName" /* remote.<name>.varveName: the name */

typedef struct vv_named {
	uint8_t owner[VV_KEY_PUBLIC];
	char name[VV_HEAD_NAME_MAX + 1];
	vv_buf mirrors; /* URLs, a NUL behind each; those of strangers are http(s) */
} vv_named;
void vv_named_clear(vv_named *n);
VV_AUTO_CLEAR(vv_named, vv_named_clear)

/* From one TXT record. VV_EINPUT: err names the fault; VV_ENOTFOUND: another kind of record. */
vv_status vv_named_read(vv_named *out, const char *text, vv_error *err);
/* Is it a name? Of a word's first bytes. */
bool vv_named_is(const char *word, size_t len);
/* Resolves a name; queries name servers for a domain. VV_EUSAGE: not a name; VV_ENOTFOUND, VV_EINPUT, VV_EIO. */
vv_status vv_named_find(vv_named *out, const char *name, vv_error *err);
/* The next mirror after a URL (NULL: the first); NULL: that was the last. */
const char *vv_named_mirror(const vv_named *n, const char *url);
bool vv_named_has(const vv_named *n, const char *url);

/* Copies of the data set that is trusted here: mirrors of its newest head and of the user, then of the name (NULL: none). If
 * the name cannot be resolved, or names another key, *out has only the former, and the error is returned. If nothing is
 * trusted: the copies of the name. more: further places of the user, or NULL. */
vv_status vv_named_mirrors(vv_named *out, vv_repository *r, const char *name,
			   const vv_strings *more, vv_error *err);
/* VV_ENOTFOUND: none of them answers. */
vv_status vv_named_silent(const char *name, vv_error *err);
/* Is it a gateway of IPFS, ipfs+https://HOST, and not a router? */
bool vv_named_is_gateway(const char *url);
/* One more place of the user; *n has the name: the folder at IPNS of a gateway ("ipfs+https://HOST"), by the owner's key; any
 * other URL unchanged. */
void vv_named_add(vv_named *n, const char *url);

/* Names of the repository's remotes, but for those that are names of data sets and no places. */
vv_status vv_named_remotes(vv_named *out, vv_repository *r, vv_error *err);

/* Before the first fetch: restricts this repository to heads of this owner and name. */
vv_status vv_named_pin(const vv_named *n, vv_repository *r, vv_error *err);

#endif
