/*
 * named: finds the owner and the copies of a repository by its name (docs/formats/heads.md,
 * "Names").
 *
 * A full name is KEY/NAME: the owner's key, and the repository's name. "dns:DOMAIN" is an alias:
 * the TXT record of _varve.DOMAIN, "varve1 key=KEY name=NAME mirror=URL ...", has the full name and
 * mirrors. An alias is trusted on first use, like a head: its key is pinned, that is, stored as the
 * only accepted one. If the domain's record later has another key, it is refused. The user's
 * mirrors (varve.mirror) may have copies, too.
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
#include "repo/git/history/trust.h"

#define VV_NAMED_SETTING "varveName" /* remote.<name>.varveName: the name */

/* One value = one repository, and URLs of its copies. */
typedef struct vv_named {
	uint8_t owner[VV_KEY_PUBLIC];    /* key of its owner */
	char name[VV_HEAD_NAME_MAX + 1]; /* name without the key */
	/* URLs, each followed by a NUL; those from heads and domains are http, https, or of a machine
	 * behind a relay */
	vv_buf mirrors;
} vv_named;
void vv_named_clear(vv_named *n);
VV_AUTO_CLEAR(vv_named, vv_named_clear)

/* Parses `text`, a TXT record, into *out. VV_EINPUT: the record is invalid for the reason in err.
 * VV_ENOTFOUND: the record is of another kind. */
vv_status vv_named_read(vv_named *out, const char *text, vv_error *err);
/* Returns true if the first len bytes of word are a full name or an alias, or begin with
 * "did:key:". */
bool vv_named_is(const char *word, size_t len);
/* Resolves `name`. For an alias, queries name servers, and sets *out to the repository and its
 * mirrors. For a full name, sets only out->owner and out->name. VV_EUSAGE: the text is not a name.
 * VV_ENOTFOUND: the domain has no record. VV_EINPUT: the record is invalid. VV_EIO: name servers
 * cannot be queried. */
vv_status vv_named_find(vv_named *out, const char *name, vv_error *err);
/* Returns the mirror of n after `url`, a result of this function; or the first mirror, if url is
 * NULL. Borrowed from n. NULL: no further mirror. */
const char *vv_named_mirror(const vv_named *n, const char *url);
/* Returns true if url is among the mirrors of n. */
bool vv_named_has(const vv_named *n, const char *url);

/* Sets *out to the repository whose heads r trusts, with the URLs of its copies: the mirrors in its
 * newest head, the user's mirrors (varve.mirror, then `more`), and then the mirrors of `name`;
 * machines behind a relay come after all others. If the name cannot be resolved, or has another key or another name (VV_EREFUSED), returns the error;
 * *out then lacks only the name's mirrors. If r trusts no head, *out is the repository of the name,
 * with the name's mirrors first; if the name cannot be resolved, it has no mirrors; if name is
 * NULL, *out is unchanged. `more` may be NULL. Clear *out also on failure. */
vv_status vv_named_mirrors(vv_named *out, vv_repository *r, const char *name,
			   const vv_strings *more, vv_error *err);
/* Returns VV_ENOTFOUND, with the message that no copy of the repository `name` answers. */
vv_status vv_named_silent(const char *name, vv_error *err);
/* Returns true if url is an IPFS gateway, such as ipfs+https://HOST, and not a router. */
bool vv_named_is_gateway(const char *url);
/* Returns true if vv_named_add adds the owner's key to url: a gateway, or a relay without a key. */
bool vv_named_needs_key(const char *url);
/* Adds url, a mirror of the user, to *n, whose owner and name are set. For a gateway
 * ("ipfs+https://HOST"), adds the folder at the IPNS name of the owner's key; for a relay
 * ("relay+https://HOST"), the owner's machine behind it, with the last part of n->name; or nothing if
 * n->name is empty. Adds any other URL unchanged. n->mirrors.failed: memory ran out. */
void vv_named_add(vv_named *n, const char *url);

/* Adds the names of the remotes of r to out->mirrors, except remotes whose URL is the name of a
 * repository. */
vv_status vv_named_remotes(vv_named *out, vv_repository *r, vv_error *err);

/* Pins n->owner and n->name in r, so that r accepts only heads of this owner and name. Does nothing
 * if r already has a pinned owner. Call this function before the first fetch. */
vv_status vv_named_pin(const vv_named *n, vv_repository *r, vv_error *err);

#endif
