/*
 * json_list: each member as its kind is written.
 */
#include "base/json/json_list.h"

#include <string.h>

void vv_json_put_raw(vv_json_out *w, const void *json)
{
	vv_json_raw(w, json, strlen(json));
}

void vv_json_members_put(vv_json_out *w, const vv_json_entry *members, size_t count)
{
	for (const vv_json_entry *m = members; m < members + count; m++) {
		if (!m->name) {
			continue;
		}
		switch (m->type) {
		case VV_JSON_IS_TEXT:
			vv_json_name(w, m->name);
			if (m->text && m->len != SIZE_MAX) {
				vv_json_string_len(w, m->text, m->len);
			} else {
				vv_json_string(w, m->text);
			}
			break;
		case VV_JSON_IS_NUMBER:
			vv_json_name(w, m->name);
			if (m->null) {
				vv_json_null(w);
			} else {
				vv_json_u64(w, m->number);
			}
			break;
		case VV_JSON_IS_BOOL:
			vv_json_add_bool(w, m->name, m->number != 0);
			break;
		case VV_JSON_IS_TIME:
			vv_json_add_time(w, m->name, (int64_t)m->number);
			break;
		case VV_JSON_IS_NAMES:
			vv_json_add_array(w, m->name);
			for (size_t i = 0; i < m->number; i++) {
				vv_json_string(w, m->names[i]);
			}
			vv_json_close_array(w);
			break;
		case VV_JSON_IS_ARRAY:
			vv_json_add_array(w, m->name);
			break;
		case VV_JSON_IS_OBJECT:
			vv_json_add_object(w, m->name);
			break;
		case VV_JSON_IS_END:
			vv_json_close_object(w);
			break;
		case VV_JSON_IS_BY:
			vv_json_name(w, m->name);
			m->write(w, m->value);
			break;
		case VV_JSON_IS_EACH:
			vv_json_add_array(w, m->name);
			for (size_t i = 0; i < m->number; i++) {
				m->write(w, (const char *)m->value + i * m->len);
			}
			vv_json_close_array(w);
			break;
		}
	}
}

void vv_json_object_put(vv_json_out *w, const vv_json_entry *members, size_t count)
{
	vv_json_open_object(w);
	vv_json_members_put(w, members, count);
	vv_json_close_object(w);
}
