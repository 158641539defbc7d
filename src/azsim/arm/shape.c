/*
 * Which members a body may have. Compute refuses a misspelt one, and so does this: the names
 * are those of the published schemas of 2024-03-01. "a:B" says that a is an object, or a list
 * of objects, of shape B.
 */
#include <stdio.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/mem.h"
#include "base/text.h"

struct shape {
	const char *name, *members;
};

static const struct shape shapes[] = {
	{ "set", "id name type location tags sku:Sku plan:Plan "
		 "properties:VirtualMachineScaleSetProperties "
		 "identity:VirtualMachineScaleSetIdentity zones "
		 "extendedLocation:ExtendedLocation etag" },
	{ "vm", "id name type location tags plan:Plan properties:VirtualMachineProperties "
		"resources:VirtualMachineExtension identity:VirtualMachineIdentity zones "
		"extendedLocation:ExtendedLocation managedBy etag" },
	{ "AdditionalCapabilities", "ultraSSDEnabled hibernationEnabled" },
	{ "AdditionalUnattendContent", "passName componentName settingName content" },
	{ "ApiEntityReference", "id" },
	{ "ApiError", "details:ApiErrorBase innererror:InnerError code target message" },
	{ "ApiErrorBase", "code target message" },
	{ "ApplicationProfile", "galleryApplications:VMGalleryApplication" },
	{ "AutomaticOSUpgradePolicy",
	  "enableAutomaticOSUpgrade disableAutomaticRollback useRollingUpgradePolicy "
	  "osRollingUpgradeDeferral" },
	{ "AutomaticRepairsPolicy", "enabled gracePeriod repairAction" },
	{ "AvailablePatchSummary",
	  "status assessmentActivityId rebootPending criticalAndSecurityPatchCount "
	  "otherPatchCount startTime lastModifiedTime error:ApiError" },
	{ "BillingProfile", "maxPrice" },
	{ "BootDiagnostics", "enabled storageUri" },
	{ "BootDiagnosticsInstanceView",
	  "consoleScreenshotBlobUri serialConsoleLogBlobUri status:InstanceViewStatus" },
	{ "CapacityReservationProfile", "capacityReservationGroup:SubResource" },
	{ "DataDisk",
	  "lun name vhd:VirtualHardDisk image:VirtualHardDisk caching "
	  "writeAcceleratorEnabled createOption diskSizeGB "
	  "managedDisk:ManagedDiskParameters sourceResource:ApiEntityReference "
	  "toBeDetached diskIOPSReadWrite diskMBpsReadWrite detachOption deleteOption" },
	{ "DiagnosticsProfile", "bootDiagnostics:BootDiagnostics" },
	{ "DiffDiskSettings", "option placement" },
	{ "DiskEncryptionSetParameters", "id" },
	{ "DiskEncryptionSettings", "diskEncryptionKey:KeyVaultSecretReference "
				    "keyEncryptionKey:KeyVaultKeyReference enabled" },
	{ "DiskInstanceView",
	  "name encryptionSettings:DiskEncryptionSettings statuses:InstanceViewStatus" },
	{ "EncryptionIdentity", "userAssignedIdentityResourceId" },
	{ "EventGridAndResourceGraph", "enable" },
	{ "ExtendedLocation", "name type" },
	{ "HardwareProfile", "vmSize vmSizeProperties:VMSizeProperties" },
	{ "ImageReference", "id publisher offer sku version exactVersion sharedGalleryImageId "
			    "communityGalleryImageId" },
	{ "InnerError", "exceptiontype errordetail" },
	{ "InstanceViewStatus", "code level displayStatus message time" },
	{ "KeyVaultKeyReference", "keyUrl sourceVault:SubResource" },
	{ "KeyVaultSecretReference", "secretUrl sourceVault:SubResource" },
	{ "LastPatchInstallationSummary",
	  "status installationActivityId maintenanceWindowExceeded notSelectedPatchCount "
	  "excludedPatchCount pendingPatchCount installedPatchCount failedPatchCount "
	  "startTime lastModifiedTime error:ApiError" },
	{ "LinuxConfiguration",
	  "disablePasswordAuthentication ssh:SshConfiguration provisionVMAgent "
	  "patchSettings:LinuxPatchSettings enableVMAgentPlatformUpdates" },
	{ "LinuxPatchSettings",
	  "patchMode assessmentMode "
	  "automaticByPlatformSettings:LinuxVMGuestPatchAutomaticByPlatformSettings" },
	{ "LinuxVMGuestPatchAutomaticByPlatformSettings",
	  "rebootSetting bypassPlatformSafetyChecksOnUserSchedule" },
	{ "MaintenanceRedeployStatus",
	  "isCustomerInitiatedMaintenanceAllowed preMaintenanceWindowStartTime "
	  "preMaintenanceWindowEndTime maintenanceWindowStartTime "
	  "maintenanceWindowEndTime lastOperationResultCode lastOperationMessage" },
	{ "ManagedDiskParameters",
	  "id storageAccountType diskEncryptionSet:DiskEncryptionSetParameters "
	  "securityProfile:VMDiskSecurityProfile" },
	{ "NetworkInterfaceReference", "id properties:NetworkInterfaceReferenceProperties" },
	{ "NetworkInterfaceReferenceProperties", "primary deleteOption" },
	{ "NetworkProfile",
	  "networkInterfaces:NetworkInterfaceReference networkApiVersion "
	  "networkInterfaceConfigurations:VirtualMachineNetworkInterfaceConfiguration" },
	{ "OSDisk", "osType encryptionSettings:DiskEncryptionSettings name vhd:VirtualHardDisk "
		    "image:VirtualHardDisk caching writeAcceleratorEnabled "
		    "diffDiskSettings:DiffDiskSettings createOption diskSizeGB "
		    "managedDisk:ManagedDiskParameters deleteOption" },
	{ "OSImageNotificationProfile", "notBeforeTimeout enable" },
	{ "OSProfile", "computerName adminUsername adminPassword customData "
		       "windowsConfiguration:WindowsConfiguration "
		       "linuxConfiguration:LinuxConfiguration secrets:VaultSecretGroup "
		       "allowExtensionOperations requireGuestProvisionSignal" },
	{ "PatchSettings",
	  "patchMode enableHotpatching assessmentMode "
	  "automaticByPlatformSettings:WindowsVMGuestPatchAutomaticByPlatformSettings" },
	{ "Plan", "name publisher product promotionCode" },
	{ "PriorityMixPolicy", "baseRegularPriorityCount regularPriorityPercentageAboveBase" },
	{ "ProxyAgentSettings", "enabled mode keyIncarnationId" },
	{ "PublicIPAddressSku", "name tier" },
	{ "ResiliencyPolicy", "resilientVMCreationPolicy:ResilientVMCreationPolicy "
			      "resilientVMDeletionPolicy:ResilientVMDeletionPolicy" },
	{ "ResilientVMCreationPolicy", "enabled" },
	{ "ResilientVMDeletionPolicy", "enabled" },
	{ "RollingUpgradePolicy", "maxBatchInstancePercent maxUnhealthyInstancePercent "
				  "maxUnhealthyUpgradedInstancePercent pauseTimeBetweenBatches "
				  "enableCrossZoneUpgrade prioritizeUnhealthyInstances "
				  "rollbackFailedInstancesOnPolicyBreach maxSurge" },
	{ "ScaleInPolicy", "rules forceDeletion" },
	{ "ScheduledEventsAdditionalPublishingTargets",
	  "eventGridAndResourceGraph:EventGridAndResourceGraph" },
	{ "ScheduledEventsPolicy",
	  "userInitiatedRedeploy:UserInitiatedRedeploy "
	  "userInitiatedReboot:UserInitiatedReboot scheduledEventsAdditionalPublishingTargets:"
	  "ScheduledEventsAdditionalPublishingTargets" },
	{ "ScheduledEventsProfile", "terminateNotificationProfile:TerminateNotificationProfile "
				    "osImageNotificationProfile:OSImageNotificationProfile" },
	{ "SecurityPostureReference", "id excludeExtensions isOverridable" },
	{ "SecurityProfile",
	  "uefiSettings:UefiSettings encryptionAtHost securityType "
	  "encryptionIdentity:EncryptionIdentity proxyAgentSettings:ProxyAgentSettings" },
	{ "ServiceArtifactReference", "id" },
	{ "Sku", "name tier capacity" },
	{ "SpotRestorePolicy", "enabled restoreTimeout" },
	{ "SshConfiguration", "publicKeys:SshPublicKey" },
	{ "SshPublicKey", "path keyData" },
	{ "StorageProfile", "imageReference:ImageReference osDisk:OSDisk dataDisks:DataDisk "
			    "diskControllerType" },
	{ "SubResource", "id" },
	{ "TerminateNotificationProfile", "notBeforeTimeout enable" },
	{ "UefiSettings", "secureBootEnabled vTpmEnabled" },
	{ "UpgradePolicy", "mode rollingUpgradePolicy:RollingUpgradePolicy "
			   "automaticOSUpgradePolicy:AutomaticOSUpgradePolicy" },
	{ "UserInitiatedReboot", "automaticallyApprove" },
	{ "UserInitiatedRedeploy", "automaticallyApprove" },
	{ "VMDiskSecurityProfile",
	  "securityEncryptionType diskEncryptionSet:DiskEncryptionSetParameters" },
	{ "VMGalleryApplication", "tags order packageReferenceId configurationReference "
				  "treatFailureAsDeploymentFailure enableAutomaticUpgrade" },
	{ "VMSizeProperties", "vCPUsAvailable vCPUsPerCore" },
	{ "VaultCertificate", "certificateUrl certificateStore" },
	{ "VaultSecretGroup", "sourceVault:SubResource vaultCertificates:VaultCertificate" },
	{ "VirtualHardDisk", "uri" },
	{ "VirtualMachineAgentInstanceView",
	  "vmAgentVersion extensionHandlers:VirtualMachineExtensionHandlerInstanceView "
	  "statuses:InstanceViewStatus" },
	{ "VirtualMachineExtension",
	  "location id name type tags properties:VirtualMachineExtensionProperties" },
	{ "VirtualMachineExtensionHandlerInstanceView",
	  "type typeHandlerVersion status:InstanceViewStatus" },
	{ "VirtualMachineExtensionInstanceView",
	  "name type typeHandlerVersion substatuses:InstanceViewStatus "
	  "statuses:InstanceViewStatus" },
	{ "VirtualMachineExtensionProperties",
	  "forceUpdateTag publisher type typeHandlerVersion autoUpgradeMinorVersion "
	  "enableAutomaticUpgrade settings protectedSettings provisioningState "
	  "instanceView:VirtualMachineExtensionInstanceView suppressFailures "
	  "protectedSettingsFromKeyVault:KeyVaultSecretReference provisionAfterExtensions" },
	{ "VirtualMachineHealthStatus", "status:InstanceViewStatus" },
	{ "VirtualMachineIdentity", "principalId tenantId type userAssignedIdentities" },
	{ "VirtualMachineInstanceView",
	  "platformUpdateDomain platformFaultDomain computerName osName osVersion "
	  "hyperVGeneration rdpThumbPrint vmAgent:VirtualMachineAgentInstanceView "
	  "maintenanceRedeployStatus:MaintenanceRedeployStatus disks:DiskInstanceView "
	  "extensions:VirtualMachineExtensionInstanceView "
	  "vmHealth:VirtualMachineHealthStatus "
	  "bootDiagnostics:BootDiagnosticsInstanceView assignedHost "
	  "statuses:InstanceViewStatus patchStatus:VirtualMachinePatchStatus "
	  "isVMInStandbyPool" },
	{ "VirtualMachineIpTag", "ipTagType tag" },
	{ "VirtualMachineNetworkInterfaceConfiguration",
	  "name properties:VirtualMachineNetworkInterfaceConfigurationProperties" },
	{ "VirtualMachineNetworkInterfaceConfigurationProperties",
	  "primary deleteOption enableAcceleratedNetworking disableTcpStateTracking "
	  "enableFpga enableIPForwarding networkSecurityGroup:SubResource "
	  "dnsSettings:VirtualMachineNetworkInterfaceDnsSettingsConfiguration "
	  "ipConfigurations:VirtualMachineNetworkInterfaceIPConfiguration "
	  "dscpConfiguration:SubResource auxiliaryMode auxiliarySku" },
	{ "VirtualMachineNetworkInterfaceDnsSettingsConfiguration", "dnsServers" },
	{ "VirtualMachineNetworkInterfaceIPConfiguration",
	  "name properties:VirtualMachineNetworkInterfaceIPConfigurationProperties" },
	{ "VirtualMachineNetworkInterfaceIPConfigurationProperties",
	  "subnet:SubResource primary "
	  "publicIPAddressConfiguration:VirtualMachinePublicIPAddressConfiguration "
	  "privateIPAddressVersion applicationSecurityGroups:SubResource "
	  "applicationGatewayBackendAddressPools:SubResource "
	  "loadBalancerBackendAddressPools:SubResource" },
	{ "VirtualMachinePatchStatus",
	  "availablePatchSummary:AvailablePatchSummary "
	  "lastPatchInstallationSummary:LastPatchInstallationSummary "
	  "configurationStatuses:InstanceViewStatus" },
	{ "VirtualMachineProperties",
	  "hardwareProfile:HardwareProfile scheduledEventsPolicy:ScheduledEventsPolicy "
	  "storageProfile:StorageProfile additionalCapabilities:AdditionalCapabilities "
	  "osProfile:OSProfile networkProfile:NetworkProfile "
	  "securityProfile:SecurityProfile diagnosticsProfile:DiagnosticsProfile "
	  "availabilitySet:SubResource virtualMachineScaleSet:SubResource "
	  "proximityPlacementGroup:SubResource priority evictionPolicy "
	  "billingProfile:BillingProfile host:SubResource hostGroup:SubResource "
	  "provisioningState instanceView:VirtualMachineInstanceView licenseType vmId "
	  "extensionsTimeBudget platformFaultDomain "
	  "scheduledEventsProfile:ScheduledEventsProfile userData "
	  "capacityReservation:CapacityReservationProfile "
	  "applicationProfile:ApplicationProfile timeCreated" },
	{ "VirtualMachinePublicIPAddressConfiguration",
	  "name properties:VirtualMachinePublicIPAddressConfigurationProperties "
	  "sku:PublicIPAddressSku" },
	{ "VirtualMachinePublicIPAddressConfigurationProperties",
	  "idleTimeoutInMinutes deleteOption "
	  "dnsSettings:VirtualMachinePublicIPAddressDnsSettingsConfiguration "
	  "ipTags:VirtualMachineIpTag publicIPPrefix:SubResource publicIPAddressVersion "
	  "publicIPAllocationMethod" },
	{ "VirtualMachinePublicIPAddressDnsSettingsConfiguration",
	  "domainNameLabel domainNameLabelScope" },
	{ "VirtualMachineScaleSetDataDisk",
	  "name lun caching writeAcceleratorEnabled createOption diskSizeGB "
	  "managedDisk:VirtualMachineScaleSetManagedDiskParameters diskIOPSReadWrite "
	  "diskMBpsReadWrite deleteOption" },
	{ "VirtualMachineScaleSetExtension",
	  "id name type properties:VirtualMachineScaleSetExtensionProperties" },
	{ "VirtualMachineScaleSetExtensionProfile",
	  "extensions:VirtualMachineScaleSetExtension extensionsTimeBudget" },
	{ "VirtualMachineScaleSetExtensionProperties",
	  "forceUpdateTag publisher type typeHandlerVersion autoUpgradeMinorVersion "
	  "enableAutomaticUpgrade settings protectedSettings provisioningState "
	  "provisionAfterExtensions suppressFailures "
	  "protectedSettingsFromKeyVault:KeyVaultSecretReference" },
	{ "VirtualMachineScaleSetHardwareProfile", "vmSizeProperties:VMSizeProperties" },
	{ "VirtualMachineScaleSetIPConfiguration",
	  "name properties:VirtualMachineScaleSetIPConfigurationProperties" },
	{ "VirtualMachineScaleSetIPConfigurationProperties",
	  "subnet:ApiEntityReference primary publicIPAddressConfiguration:"
	  "VirtualMachineScaleSetPublicIPAddressConfiguration privateIPAddressVersion "
	  "applicationGatewayBackendAddressPools:SubResource "
	  "applicationSecurityGroups:SubResource "
	  "loadBalancerBackendAddressPools:SubResource "
	  "loadBalancerInboundNatPools:SubResource" },
	{ "VirtualMachineScaleSetIdentity",
	  "principalId tenantId type userAssignedIdentities" },
	{ "VirtualMachineScaleSetIpTag", "ipTagType tag" },
	{ "VirtualMachineScaleSetManagedDiskParameters",
	  "storageAccountType diskEncryptionSet:DiskEncryptionSetParameters "
	  "securityProfile:VMDiskSecurityProfile" },
	{ "VirtualMachineScaleSetNetworkConfiguration",
	  "name properties:VirtualMachineScaleSetNetworkConfigurationProperties" },
	{ "VirtualMachineScaleSetNetworkConfigurationDnsSettings", "dnsServers" },
	{ "VirtualMachineScaleSetNetworkConfigurationProperties",
	  "primary enableAcceleratedNetworking disableTcpStateTracking enableFpga "
	  "networkSecurityGroup:SubResource "
	  "dnsSettings:VirtualMachineScaleSetNetworkConfigurationDnsSettings "
	  "ipConfigurations:VirtualMachineScaleSetIPConfiguration enableIPForwarding "
	  "deleteOption auxiliaryMode auxiliarySku" },
	{ "VirtualMachineScaleSetNetworkProfile",
	  "healthProbe:ApiEntityReference "
	  "networkInterfaceConfigurations:VirtualMachineScaleSetNetworkConfiguration "
	  "networkApiVersion" },
	{ "VirtualMachineScaleSetOSDisk",
	  "name caching writeAcceleratorEnabled createOption "
	  "diffDiskSettings:DiffDiskSettings diskSizeGB osType image:VirtualHardDisk "
	  "vhdContainers managedDisk:VirtualMachineScaleSetManagedDiskParameters "
	  "deleteOption" },
	{ "VirtualMachineScaleSetOSProfile",
	  "computerNamePrefix adminUsername adminPassword customData "
	  "windowsConfiguration:WindowsConfiguration "
	  "linuxConfiguration:LinuxConfiguration secrets:VaultSecretGroup "
	  "allowExtensionOperations requireGuestProvisionSignal" },
	{ "VirtualMachineScaleSetProperties",
	  "upgradePolicy:UpgradePolicy scheduledEventsPolicy:ScheduledEventsPolicy "
	  "automaticRepairsPolicy:AutomaticRepairsPolicy "
	  "virtualMachineProfile:VirtualMachineScaleSetVMProfile provisioningState "
	  "overprovision doNotRunExtensionsOnOverprovisionedVMs uniqueId "
	  "singlePlacementGroup zoneBalance platformFaultDomainCount "
	  "proximityPlacementGroup:SubResource hostGroup:SubResource "
	  "additionalCapabilities:AdditionalCapabilities scaleInPolicy:ScaleInPolicy "
	  "orchestrationMode spotRestorePolicy:SpotRestorePolicy "
	  "priorityMixPolicy:PriorityMixPolicy timeCreated constrainedMaximumCapacity "
	  "resiliencyPolicy:ResiliencyPolicy" },
	{ "VirtualMachineScaleSetPublicIPAddressConfiguration",
	  "name properties:VirtualMachineScaleSetPublicIPAddressConfigurationProperties "
	  "sku:PublicIPAddressSku" },
	{ "VirtualMachineScaleSetPublicIPAddressConfigurationDnsSettings",
	  "domainNameLabel domainNameLabelScope" },
	{ "VirtualMachineScaleSetPublicIPAddressConfigurationProperties",
	  "idleTimeoutInMinutes "
	  "dnsSettings:VirtualMachineScaleSetPublicIPAddressConfigurationDnsSettings "
	  "ipTags:VirtualMachineScaleSetIpTag publicIPPrefix:SubResource "
	  "publicIPAddressVersion deleteOption" },
	{ "VirtualMachineScaleSetStorageProfile",
	  "imageReference:ImageReference osDisk:VirtualMachineScaleSetOSDisk "
	  "dataDisks:VirtualMachineScaleSetDataDisk diskControllerType" },
	{ "VirtualMachineScaleSetVMProfile",
	  "osProfile:VirtualMachineScaleSetOSProfile "
	  "storageProfile:VirtualMachineScaleSetStorageProfile "
	  "networkProfile:VirtualMachineScaleSetNetworkProfile "
	  "securityProfile:SecurityProfile diagnosticsProfile:DiagnosticsProfile "
	  "extensionProfile:VirtualMachineScaleSetExtensionProfile licenseType priority "
	  "evictionPolicy billingProfile:BillingProfile "
	  "scheduledEventsProfile:ScheduledEventsProfile userData "
	  "capacityReservation:CapacityReservationProfile "
	  "applicationProfile:ApplicationProfile "
	  "hardwareProfile:VirtualMachineScaleSetHardwareProfile "
	  "serviceArtifactReference:ServiceArtifactReference "
	  "securityPostureReference:SecurityPostureReference timeCreated" },
	{ "WinRMConfiguration", "listeners:WinRMListener" },
	{ "WinRMListener", "protocol certificateUrl" },
	{ "WindowsConfiguration", "provisionVMAgent enableAutomaticUpdates timeZone "
				  "additionalUnattendContent:AdditionalUnattendContent "
				  "patchSettings:PatchSettings winRM:WinRMConfiguration "
				  "enableVMAgentPlatformUpdates" },
	{ "WindowsVMGuestPatchAutomaticByPlatformSettings",
	  "rebootSetting bypassPlatformSafetyChecksOnUserSchedule" },
};

static const struct shape *shape_of(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (strlen(shapes[i].name) == n && strncmp(shapes[i].name, name, n) == 0)
			return &shapes[i];
	return NULL;
}

/* ARM compares member names without case. 0: known; *child is set when there is more to look
 * into. */
static int look_up(const struct shape *s, const char *key, const struct shape **child)
{
	char name[80];

	*child = NULL;
	for (const char *p = s->members; *p;) {
		size_t len = strcspn(p, " "), word = strcspn(p, ": ");

		snprintf(name, sizeof(name), "%.*s", (int)word, p);
		if (text_casecmp(name, key) == 0) {
			if (word < len)
				*child = shape_of(p + word + 1, len - word - 1);
			return 0;
		}
		p += len;
		p += *p == ' ';
	}
	return -1;
}

static int check(struct arm_call *c, const struct json *j, const struct shape *s)
{
	const struct shape *child;
	const struct json *v;
	const char *key;

	if (json_is(j, JSON_ARRAY)) {
		for (size_t i = 0; i < json_len(j); i++)
			if (check(c, json_at(j, i), s) != 0)
				return -1;
		return 0;
	}
	if (json_is(j, JSON_NULL))
		return 0;
	if (!json_is(j, JSON_OBJECT))
		return az_refuse(&c->r, 400, "BadRequest",
				 "Error converting value to type '%s': an object is wanted.",
				 s->name);
	for (void *it = NULL; json_each(j, &it, &key, &v);) {
		if (look_up(s, key, &child) != 0)
			return az_refuse_at(
			    &c->r, key, 400, "BadRequest",
			    "Could not find member '%.80s' on object of type '%s'.", key,
			    s->name);
		if (child && check(c, v, child) != 0)
			return -1;
	}
	return 0;
}

int arm_check_members(struct arm_call *c, const struct json *doc, const char *shape)
{
	return check(c, doc, shape_of(shape, strlen(shape)));
}
