/*
 * curl_load: libcurl, loaded when it is used: it brings ten libraries along, which would
 * slow every start of the program.
 */
#include <dlfcn.h>
#include <string.h>

#include "transport/http/curl.h"

static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"};

static bool find(void *library, void *member, const char *name)
{
	void *symbol = dlsym(library, name);

	memcpy(member, &symbol, sizeof(symbol));
	return symbol != NULL;
}

static bool find_easy(void *l, http_curl *t)
{
	return find(l, &t->global_init, "curl_global_init") &&
	       find(l, &t->easy_init, "curl_easy_init") &&
	       find(l, &t->setopt, "curl_easy_setopt") &&
	       find(l, &t->getinfo, "curl_easy_getinfo") && find(l, &t->pause, "curl_easy_pause") &&
	       find(l, &t->reset, "curl_easy_reset") &&
	       find(l, &t->easy_cleanup, "curl_easy_cleanup") &&
	       find(l, &t->strerror, "curl_easy_strerror") &&
	       find(l, &t->slist_append, "curl_slist_append") &&
	       find(l, &t->slist_free, "curl_slist_free_all");
}

static bool find_multi(void *l, http_curl *t)
{
	return find(l, &t->multi_init, "curl_multi_init") &&
	       find(l, &t->multi_setopt, "curl_multi_setopt") &&
	       find(l, &t->add, "curl_multi_add_handle") &&
	       find(l, &t->remove, "curl_multi_remove_handle") &&
	       find(l, &t->perform, "curl_multi_perform") && find(l, &t->poll, "curl_multi_poll") &&
	       find(l, &t->info_read, "curl_multi_info_read") &&
	       find(l, &t->multi_cleanup, "curl_multi_cleanup");
}

vv_status http_curl_load(const http_curl **out, vv_error *err)
{
	static http_curl table;
	static bool loaded;
	void *library = NULL;
	size_t i;

	for (i = 0; !loaded && !library && i < sizeof(names) / sizeof(names[0]); i++) {
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	}
	if (!loaded && !library) {
		vv_fail(err, VV_ENOSUPPORT, "HTTP needs libcurl, which is not installed");
		return vv_hint(err, "apt install libcurl4");
	}
	if (!loaded) {
		if (!find_easy(library, &table) || !find_multi(library, &table)) {
			return vv_fail(err, VV_ENOSUPPORT, "the libcurl here is too old");
		}
		if (table.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
			return vv_fail(err, VV_ENOSUPPORT, "libcurl does not start");
		}
		loaded = true;
	}
	*out = &table;
	return VV_OK;
}
