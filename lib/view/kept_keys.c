/*
 * kept_keys: where checks keep it.
 */
#include "lib/view/kept_keys.h"

#include <unistd.h>

#include "base/path.h"
#include "base/sys.h"

vv_status vv_kept_keys_open(vv_kept_keys *out, vv_repository *repo, const char *path, bool make,
			    vv_error *err)
{
	const char *varve_dir = vv_repository_varvedir(repo);
	vv_auto(char) *dir = vv_path_join(varve_dir, "cache", "check", NULL);

	*out = (vv_kept_keys){.lookup = {.path = path,
					 .make = make && access(varve_dir, W_OK) == 0,
					 .temp_dir = vv_env_temp_dir(vv_repository_env(repo))}};
	if (!dir) return vv_fail_nomem(err);
	return vv_check_cache_open(&out->lookup.cache, dir, err);
}

void vv_kept_keys_close(vv_kept_keys *k)
{
	vv_check_cache_close(k->lookup.cache);
	k->lookup.cache = NULL;
}
