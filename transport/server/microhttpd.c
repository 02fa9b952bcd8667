/*
 * microhttpd: libmicrohttpd, loaded when it is needed: it brings GnuTLS along, which would
 * slow every start of the program.
 */
#include <dlfcn.h>
#include <string.h>

#include "transport/server/server_internal.h"

static const char *const names[] = {"libmicrohttpd.so.12", "libmicrohttpd.so"};

static bool find(void *library, void *member, const char *name)
{
	void *symbol = dlsym(library, name);

	/* C has no conversion from object to function pointers; POSIX promises this one. */
	memcpy(member, &symbol, sizeof(symbol));
	return symbol != NULL;
}

vv_status http_mhd_load(const http_mhd **out, vv_error *err)
{
	static http_mhd table;
	static bool loaded;
	void *library = NULL;
	size_t i;

	for (i = 0; !loaded && !library && i < sizeof(names) / sizeof(names[0]); i++) {
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	}
	if (!loaded && !library) {
		vv_fail(err, VV_ENOSUPPORT,
			"serving over HTTP needs libmicrohttpd, which is not "
			"installed");
		return vv_hint(err, "apt install libmicrohttpd12");
	}
	loaded = loaded ||
		 (find(library, &table.start_daemon, "MHD_start_daemon") &&
		  find(library, &table.stop_daemon, "MHD_stop_daemon") &&
		  find(library, &table.quiesce_daemon, "MHD_quiesce_daemon") &&
		  find(library, &table.response_from_buffer, "MHD_create_response_from_buffer") &&
		  find(library, &table.response_from_callback,
		       "MHD_create_response_from_callback") &&
		  find(library, &table.add_header, "MHD_add_response_header") &&
		  find(library, &table.queue, "MHD_queue_response") &&
		  find(library, &table.destroy_response, "MHD_destroy_response") &&
		  find(library, &table.value, "MHD_lookup_connection_value") &&
		  find(library, &table.info, "MHD_get_connection_info") &&
		  find(library, &table.supports, "MHD_is_feature_supported"));
	if (!loaded) {
		return vv_fail(err, VV_ENOSUPPORT, "the libmicrohttpd here is too old");
	}
	*out = &table;
	return VV_OK;
}
