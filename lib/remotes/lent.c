/*
 * lent: the setting's name.
 */
#include "lib/remotes/lent.h"

#include <string.h>

#include "base/auto.h"
#include "base/sys.h"
#include "repo/git/config.h"

vv_status vv_lent_where(char **out, vv_repository *r, vv_error *err)
{
	return vv_config_string(r, "varve.servewhatihave", out, err);
}

vv_status vv_lent_set(vv_repository *r, const char *where, vv_error *err)
{
	vv_auto(char) *now = NULL;

	if (vv_lent_where(&now, r, VV_IGNORED) == VV_OK && strcmp(now, where) == 0) return VV_OK;
	return vv_config_set(r, "varve.serveWhatIHave", where, err);
}
