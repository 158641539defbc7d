/* The provider and the simulated cloud over TLS, both on one loop and one fast clock. PACELINE_TEST_RECORD names a folder for
 * the exchanges. */
#ifndef TESTS_SUPPORT_AZURE_LAB_H
#define TESTS_SUPPORT_AZURE_LAB_H

#include "ask.h"
#include "azsim/arm/serve.h"

struct lab {
	char dir[64];
	struct loop *loop;
	struct az_world *world;
	struct arm *arm;
	struct tls_server *tls;
	struct arm_serve *serve;
	struct cloud_record record;
	struct cloud *cloud;
	struct ask ask;
};

/* A test's state is a struct lab. */
int lab_setup(void **state);
int lab_teardown(void **state);
/* These fail the test where the cloud does not do it. */
struct outcome lab_must(struct lab *l, struct cloud_change ch);
void lab_base(struct lab *l);
struct seen lab_vms(struct lab *l);
size_t lab_items(struct lab *l);
/* How the cloud fails from now on: {"method", "match", "effect", "count", ...} */
void lab_fault(struct lab *l, const char *json);
/* The id of another group, or of what is below it; the caller's. */
char *lab_other_group(struct lab *l, const char *below);

#define LAB_OTHER_REGION "northeurope"
#define LAB_TEST(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)

#endif
