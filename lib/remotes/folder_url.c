/*
 * folder_url: what shows that a URL is a folder's: the mark of its store.
 */
#include "lib/remotes/folder_url.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/remotes/data_store.h"
#include "transport/line/url.h"

vv_status vv_folder_url_put(vv_buf *out, const char *url, vv_error *err)
{
	static const char git[] = "/" VV_FOLDER_GIT;
	size_t len = strlen(url);

	for (int again = 0; again < 2; again++) {
		while (len > 1 && url[len - 1] == '/') {
			len--;
		}
		if (again == 0 && len > sizeof(git) - 1 &&
		    memcmp(url + len - (sizeof(git) - 1), git, sizeof(git) - 1) == 0) {
			len -= sizeof(git) - 1;
		}
	}
	vv_buf_put(out, url, len);
	return vv_buf_ok(out, err);
}

bool vv_folder_url_is(const char *url, vv_transfer *t)
{
	vv_auto(vv_buf) folder = VV_BUF_INIT;
	vv_auto(vv_url) u = {0};
	vv_auto(vv_place) place = {0};

	if (vv_folder_url_put(&folder, url, VV_IGNORED) < 0 ||
	    vv_url_read(&u, vv_buf_cstr(&folder), VV_IGNORED) < 0) {
		return false;
	}
	if (u.kind == VV_URL_PATH) {
		vv_auto(char) *git = vv_path_join(u.path, VV_FOLDER_GIT, (char *)NULL),
			      *mark = vv_path_join(u.path, vv_files_mark.file, (char *)NULL),
			      *state = vv_path_join(u.path, VV_FOLDER_MARK, (char *)NULL);
		return git && mark && state && vv_exists(git) &&
		       (vv_exists(mark) || vv_exists(state)); /* one of them may be lost */
	}
	if (u.kind != VV_URL_HTTP ||
	    vv_data_store_open(&place, vv_buf_cstr(&folder), &t->connect, false, VV_IGNORED) < 0) {
		return false;
	}
	t->marked = strcmp(place.mark, vv_files_mark.text) == 0
			    ? vv_speed_source(vv_buf_cstr(&folder))
			    : 0;
	return true;
}
