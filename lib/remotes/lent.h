/*
 * lent: where this machine serves a repository to others (varve.serveWhatIHave).
 */
#ifndef VV_LIB_REMOTES_LENT_H
#define VV_LIB_REMOTES_LENT_H

#include "base/error.h"
#include "repo/git/repository.h"

/* Sets *out to the setting of r, an address to listen on or the URL of a relay, which the caller frees
 * with vv_free. VV_ENOTFOUND: it is not set. */
vv_status vv_lent_where(char **out, vv_repository *r, vv_error *err);
/* Changes the setting of r to `where`, unless it has this value. */
vv_status vv_lent_set(vv_repository *r, const char *where, vv_error *err);

#endif
