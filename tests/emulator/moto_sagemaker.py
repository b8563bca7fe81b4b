"""What moto's SageMaker does otherwise than AWS, or not at all, and deployments see."""

import contextvars
import re

from ministack.core import responses as ministack_responses
from moto.applicationautoscaling import models as scaling
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import utcnow
from moto.sagemaker import models
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

# Their ARNs carry the name in lower case; moto's ARN of a model package does already.
LOWER_CASE = {"model", "endpoint", "endpoint-config", "model-package-group"}

# What scales beside instances.
SCALABLE = ("inference-component:DesiredCopyCount", "variant:DesiredProvisionedConcurrency")

# AWS refuses an update or a deletion meanwhile.
IN_PROGRESS = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}


def account(access_key):
    """The account of an access key id, as ministack sees it: twelve digits are the account."""

    def read():
        ministack_responses.set_request_account_id(access_key)
        return ministack_responses.get_account_id()

    return contextvars.copy_context().run(read)


def begin_update(backend, name, config_name):
    """The endpoint, now `Updating` towards a config, or a refusal."""
    endpoint = backend.endpoints.get(name)
    if endpoint is None:
        backend.describe_endpoint(name)  # Raises.
    if endpoint.endpoint_status in IN_PROGRESS:
        raise ValidationError(f'Cannot update in-progress endpoint "{endpoint.arn}".')
    config = backend.describe_endpoint_config(config_name)
    # As CreateEndpoint: a config outlives its models.
    backend.validate_production_variants(config["ProductionVariants"])
    endpoint.endpoint_status = "Updating"
    endpoint.pending_deployment_summary = {
        "EndpointConfigName": config_name,
        "StartTime": utcnow(),
    }
    return endpoint


def end_update(backend, endpoint, retain_all=False, excluded=(), deployment=None):
    """The endpoint in service on the config that its update named."""
    config_name = endpoint.pending_deployment_summary["EndpointConfigName"]
    config = backend.describe_endpoint_config(config_name)
    old = {variant["VariantName"]: variant for variant in endpoint.production_variants}
    variants = endpoint._process_production_variants(config["ProductionVariants"])
    retained = {"DesiredInstanceCount": "CurrentInstanceCount", "DesiredWeight": "CurrentWeight"}
    for variant in variants if retain_all else ():
        before = old.get(variant["VariantName"], {})
        for desired, current in retained.items():
            if desired not in excluded and desired in variant and desired in before:
                variant[desired] = variant[current] = before[desired]
    endpoint.production_variants = variants
    endpoint.endpoint_config_name = config_name
    if not (retain_all and "DataCaptureConfig" not in excluded):
        endpoint.data_capture_config = config["DataCaptureConfig"]
    endpoint.last_deployment_config = deployment
    settle(endpoint)


def settle(endpoint):
    """The endpoint in service on the config that it has."""
    endpoint.endpoint_status = "InService"
    endpoint.pending_deployment_summary = None
    endpoint.last_modified_time = utcnow()


def update_endpoint(self):
    """UpdateEndpoint over HTTP, which moto does not have."""
    backend = self.sagemaker_backend
    endpoint = begin_update(
        backend, self._get_param("EndpointName"), self._get_param("EndpointConfigName")
    )
    excluded = self._get_param("ExcludeRetainedVariantProperties") or []
    end_update(
        backend,
        endpoint,
        bool(self._get_param("RetainAllVariantProperties")),
        {entry["VariantPropertyType"] for entry in excluded},
        self._get_param("DeploymentConfig"),
    )
    return ActionResult({"EndpointArn": endpoint.arn})


class InferenceComponent:
    """An inference component, which moto does not have."""

    def __init__(self, backend, properties):
        name = properties["InferenceComponentName"]
        self.arn = models.arn_formatter(
            "inference-component", name, backend.account_id, backend.region_name
        )
        self.inference_component_name = name
        self.describe_from(properties)
        backend.inference_components[name] = self

    def describe_from(self, properties):
        """What it is asked to be, which it is at once."""
        copies = properties.get("RuntimeConfig", {}).get("CopyCount", 1)
        self.description = {
            "InferenceComponentArn": self.arn,
            "InferenceComponentName": self.inference_component_name,
            "EndpointName": properties["EndpointName"],
            "VariantName": properties.get("VariantName"),
            "InferenceComponentStatus": "InService",
            "Specification": properties["Specification"],
            "RuntimeConfig": {"DesiredCopyCount": copies, "CurrentCopyCount": copies},
        }


def describe_inference_component(self):
    name = self._get_param("InferenceComponentName")
    found = self.sagemaker_backend.inference_components.get(name)
    if found is None:
        raise ValidationError(f'Could not find inference component "{name}".')
    return ActionResult(found.description)


def install():
    """Changes moto, once, before its first request."""

    made = models.SageMakerModelBackend.__init__

    def init(self, region_name, account_id):
        made(self, region_name, account_id)
        self.inference_components = {}

    models.SageMakerModelBackend.__init__ = init
    SageMakerResponse.describe_inference_component = describe_inference_component

    models_exist = models.SageMakerModelBackend.validate_production_variants

    def validate_variants(self, production_variants):
        # A variant that hosts inference components has no model of its own.
        models_exist(self, [one for one in production_variants if "ModelName" in one])

    models.SageMakerModelBackend.validate_production_variants = validate_variants

    known = {dimension.name: dimension.value for dimension in scaling.ScalableDimensionValueSet}
    known |= {name: f"sagemaker:{name}" for name in SCALABLE}
    scaling.ScalableDimensionValueSet = scaling.Enum("ScalableDimensionValueSet", known)

    def current_account(self):
        credential = re.search(r"Credential=(\w+)/", self.headers.get("Authorization", ""))
        return account(credential.group(1) if credential else "")

    BaseResponse.get_current_account = current_account
    SageMakerResponse.update_endpoint = update_endpoint

    formatter = models.arn_formatter

    def arn_formatter(_type, _id, account_id, region_name):
        return formatter(_type, _id.lower() if _type in LOWER_CASE else _id, account_id, region_name)

    models.arn_formatter = arn_formatter

    by_arn = models.SageMakerModelBackend._get_resource_from_arn

    def resource_of_arn(self, arn):
        stores = {
            "model": self._models,
            "endpoint": self.endpoints,
            "endpoint-config": self.endpoint_configs,
            "model-package-group": self.model_package_groups,
        }
        kind, _, name = arn.split(":")[-1].partition("/")
        if kind == "model-package" and arn in self.model_packages:
            return self.model_packages[arn]
        for key, value in stores.get(kind, {}).items():
            if key.lower() == name.lower():
                return value
        return by_arn(self, arn)

    models.SageMakerModelBackend._get_resource_from_arn = resource_of_arn

    def instance_type(_self, value):
        # moto's list ends before the current generations.
        if not re.fullmatch(r"ml\.[a-z][a-z0-9-]*\.[a-z0-9]+", value):
            raise ValidationError(f"Value '{value}' at 'instanceType' failed to satisfy constraint")

    models.FakeEndpointConfig.validate_instance_type = instance_type
