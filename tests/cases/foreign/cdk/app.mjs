// Templates of CDK's SageMaker constructs, as their documentation uses them.
// npm install aws-cdk-lib@2.276.0 @aws-cdk/aws-sagemaker-alpha@2.159.1-alpha.0 \
//   @cdklabs/generative-ai-cdk-constructs@0.1.318 constructs && node app.mjs OUT
import { createRequire } from 'node:module';
import { writeFileSync, mkdirSync } from 'node:fs';
const require = createRequire(import.meta.url);
const cdk = require('aws-cdk-lib');
const s3 = require('aws-cdk-lib/aws-s3');
const ecr = require('aws-cdk-lib/aws-ecr');
const ec2 = require('aws-cdk-lib/aws-ec2');
const sagemaker = require('@aws-cdk/aws-sagemaker-alpha');
const genai = require('@cdklabs/generative-ai-cdk-constructs').sagemaker_deployment;

const env = { account: '111111111111', region: 'eu-west-1' };
const image = (scope, tag = '1.4.2') => sagemaker.ContainerImage.fromEcrRepository(
  ecr.Repository.fromRepositoryName(scope, `Repository${tag}`, 'churn'), tag);
const data = (scope, key = 'churn/model.tar.gz') => sagemaker.ModelData.fromBucket(
  new s3.Bucket(scope, `Bucket${key.replace(/\W/g, '')}`), key);
const model = (stack, id, props = {}) => new sagemaker.Model(stack, id, {
  containers: [{ image: image(stack, `${id}1`), modelData: data(stack, `${id}/model.tar.gz`) }], ...props });

const stacks = {
  endpoint(stack) {
    const config = new sagemaker.EndpointConfig(stack, 'EndpointConfig', {
      instanceProductionVariants: [{ model: model(stack, 'Model'), variantName: 'primary', initialInstanceCount: 2,
        instanceType: sagemaker.InstanceType.M5_LARGE }] });
    const endpoint = new sagemaker.Endpoint(stack, 'Endpoint', { endpointConfig: config });
    const variant = endpoint.findInstanceProductionVariant('primary');
    variant.autoScaleInstanceCount({ minCapacity: 2, maxCapacity: 8 }).scaleOnInvocations('Limit', { maxRequestsPerSecond: 30 });
    variant.metricModelLatency().createAlarm(stack, 'Latency', { threshold: 100000, evaluationPeriods: 3 });
    variant.metricInvocations().createAlarm(stack, 'Invocations', { threshold: 1000, evaluationPeriods: 3 });
    variant.metricCpuUtilization().createAlarm(stack, 'Cpu', { threshold: 150, evaluationPeriods: 3 });
  },
  ab_test(stack) {
    const config = new sagemaker.EndpointConfig(stack, 'EndpointConfig', {
      instanceProductionVariants: [
        { model: model(stack, 'ModelA'), variantName: 'modelA', initialVariantWeight: 2.0 },
        { model: model(stack, 'ModelB'), variantName: 'variantB', initialVariantWeight: 1.0 }] });
    new sagemaker.Endpoint(stack, 'Endpoint', { endpointConfig: config });
  },
  pipeline(stack) {
    const pipeline = new sagemaker.Model(stack, 'Model', { containers: [
      { image: image(stack, 'a'), modelData: data(stack, 'a/model.tar.gz') },
      { image: image(stack, 'b'), modelData: data(stack, 'b/model.tar.gz') },
      { image: image(stack, 'c') }] });
    const config = new sagemaker.EndpointConfig(stack, 'EndpointConfig', {
      instanceProductionVariants: [{ model: pipeline, variantName: 'primary' }] });
    new sagemaker.Endpoint(stack, 'Endpoint', { endpointConfig: config });
  },
  vpc(stack) {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    const isolated = model(stack, 'Model', { vpc, networkIsolation: true });
    const config = new sagemaker.EndpointConfig(stack, 'EndpointConfig', {
      instanceProductionVariants: [{ model: isolated, variantName: 'primary', initialInstanceCount: 2 }] });
    new sagemaker.Endpoint(stack, 'Endpoint', { endpointConfig: config });
  },
  dlc(stack) {
    const dlc = new sagemaker.Model(stack, 'Model', { containers: [{ modelData: data(stack),
      image: sagemaker.ContainerImage.fromDlc('huggingface-pytorch-inference', '2.1.0-transformers4.37.0-gpu-py310-cu118-ubuntu20.04') }] });
    const config = new sagemaker.EndpointConfig(stack, 'EndpointConfig', {
      instanceProductionVariants: [{ model: dlc, variantName: 'primary', instanceType: sagemaker.InstanceType.of('ml.g5.xlarge') }] });
    new sagemaker.Endpoint(stack, 'Endpoint', { endpointConfig: config });
  },
  hugging_face(stack) {
    new genai.HuggingFaceSageMakerEndpoint(stack, 'HF', { modelId: 'mistralai/Mistral-7B-Instruct-v0.2', instanceType: genai.SageMakerInstanceType.ML_G5_2XLARGE,
      container: genai.DeepLearningContainerImage.HUGGINGFACE_PYTORCH_TGI_INFERENCE_2_0_1_TGI1_1_0_GPU_PY39_CU118_UBUNTU20_04,
      environment: { SM_NUM_GPUS: '1', MAX_INPUT_LENGTH: '2048', MAX_TOTAL_TOKENS: '4096' } });
  },
  jump_start(stack) {
    new genai.JumpStartSageMakerEndpoint(stack, 'JS', { model: genai.JumpStartModel.HUGGINGFACE_LLM_FALCON_7B_INSTRUCT_BF16_2_0_0 ?? Object.values(genai.JumpStartModel).find((one) => one instanceof genai.JumpStartModel), instanceType: genai.SageMakerInstanceType.ML_G5_2XLARGE });
  },
  custom(stack) {
    new genai.CustomSageMakerEndpoint(stack, 'Custom', { modelId: 'churn', instanceType: genai.SageMakerInstanceType.ML_INF2_XLARGE,
      container: genai.DeepLearningContainerImage.fromDeepLearningContainerImage('djl-inference', '0.23.0-neuronx-sdk2.14.1'),
      modelDataUrl: 's3://churn-models/churn/', endpointName: 'churn', instanceCount: 1, volumeSizeInGb: 100,
      modelDataDownloadTimeoutInSeconds: 3600 });
  },
};
const out = process.argv[2];
mkdirSync(out, { recursive: true });
for (const [name, build] of Object.entries(stacks)) {
  for (const [kind, where] of [['fixed', env], ['agnostic', undefined]]) {
    const app = new cdk.App({ analyticsReporting: false });
    const stack = new cdk.Stack(app, name.replace('_', '-'), { env: where });
    try {
      build(stack);
      const template = app.synth().getStackByName(stack.stackName).template;
      writeFileSync(`${out}/${name}-${kind}.json`, `${JSON.stringify(template, null, 1)}\n`);
    } catch (error) { console.error(name, kind, error.message.slice(0, 200)); }
  }
}
