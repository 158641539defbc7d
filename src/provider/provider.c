#include "provider/provider.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct provider_ops *const all[] = { &provider_azure, NULL };

const struct provider_ops *provider_find(const char *name)
{
	for (size_t i = 0; all[i]; i++)
		if (name && strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

struct cloud_item *cloud_items_add(struct cloud_items *i)
{
	GROW(i->v, i->n, i->cap);
	i->v[i->n] = (struct cloud_item){ 0 };
	return &i->v[i->n++];
}

void cloud_items_clear(struct cloud_items *i)
{
	for (size_t k = 0; k < i->n; k++) {
		free(i->v[k].id);
		free(i->v[k].type);
		free(i->v[k].engine_tag);
		free(i->v[k].cluster_tag);
		free(i->v[k].array_tag);
		free(i->v[k].node_tag);
		free(i->v[k].storage_tag);
		free(i->v[k].location);
		free(i->v[k].holder);
	}
	free(i->v);
	*i = (struct cloud_items){ 0 };
}

struct cloud_vm *cloud_vms_add(struct cloud_vms *v)
{
	GROW(v->v, v->n, v->cap);
	v->v[v->n] = (struct cloud_vm){ 0 };
	return &v->v[v->n++];
}

void cloud_vm_clear(struct cloud_vm *vm)
{
	char *strings[] = { vm->id,   vm->name, vm->host,    vm->set_id,
			    vm->size, vm->zone, vm->address, vm->cluster_tag };

	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		free(strings[i]);
	*vm = (struct cloud_vm){ 0 };
}

void cloud_vms_clear(struct cloud_vms *v)
{
	for (size_t i = 0; i < v->n; i++)
		cloud_vm_clear(&v->v[i]);
	free(v->v);
	*v = (struct cloud_vms){ 0 };
}
